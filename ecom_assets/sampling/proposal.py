"""A mapping proposed for a producer that none is shipped for: from names, types and values.

What is found is a proposal in TOML with a remark wherever a person has to look; what becomes of it
the pipeline says. Paths and what they look like are in `paths.py`.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecom_assets.model.sales import SALES
from ecom_assets.sampling import paths as p
from ecom_assets.sampling.files import json_of
from ecom_assets.sampling.money import Money, money_of
from ecom_assets.sampling.names import ITEMS, MOSTLY, OF_CURRENCY, OF_ITEM, OF_LINE, is_currency
from ecom_assets.sampling.paths import Found, Steps, paths_of

MOST_LINES = 1_000
"""Lines that a proposal is made from."""
PLAIN_FIELDS = (
    *("order_id", "customer_id", "session_id", "product_id", "category", "quantity"),
    *("payment_method", "country", "device", "marketing_channel"),
)
SALE_WORDS = {"purchase", "sale", "sold", "checkout", "ordered"}
SALE_EVENTS = ({"order", "completed"}, {"order", "placed"}, {"order", "created"}, {"order", "paid"},
               {"transaction"}, *({word} for word in SALE_WORDS))  # fmt: skip


@dataclass
class Proposal:
    """A mapping's TOML on its way, each entry with its remark.

    Attributes:
        name: the mapping's.
        top: what stands before the tables.
        fields: what each is filled with, and what to look at.
        total: the table [total].
        hints: what a person may want to add.
    """

    name: str
    top: dict[str, str] = field(default_factory=dict)
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    total: dict[str, str] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)

    def toml(self) -> str:
        """The file."""
        lines = ["# Proposed by `make mapping` from a sample: look at each line before you use it."]
        lines += [f"# {_comment(hint)}" for hint in self.hints]
        lines += [f"description = {_text(f'Proposed for {self.name}')}"]
        lines += [f"{key} = {value}" for key, value in self.top.items()]
        lines += ["", "[fields]"]
        for name in (one.name for one in SALES.fields):
            value, remark = self.fields.get(name, ("", ""))
            told = f"  # {_comment(remark)}" if remark else ""
            lines.append(f"{name} = {value}{told}" if value else f"# {name}: nothing found")
        if self.total:
            lines += ["", "[total]", *(f"{key} = {value}" for key, value in self.total.items())]
        return "\n".join(lines) + "\n"


def propose(lines: Sequence[str], name: str, *, hide_values: bool = False) -> Proposal:
    """The mapping that a sample's lines look like they need; a field for which nothing is found is
    missing, a required one has a path that no line has. What is to be looked at is told with values
    of the sample, unless these are to be hidden."""
    read = [one for line in lines[:MOST_LINES] if isinstance(one := json_of(line), dict)]
    proposal = Proposal(name)
    objects = _sales(read, proposal)
    rows = _rows(objects)
    found = paths_of(objects, rows)
    of_line = [one for one in found if not one.in_item]
    of_item = [one for one in found if one.in_item] if rows else of_line
    items = len({owner for one in of_item for owner in one.values}) or 1
    if rows:
        proposal.top["rows"] = _text(p.path_of(rows))
    best: dict[str, Sequence[Found]] = {}
    for wanted, some, owners in ((OF_LINE, of_line, len(objects)), (OF_ITEM, of_item, items)):
        best |= {key: want.candidates(some, owners or 1) for key, want in wanted.items()}
    _ids(proposal, best, rows, items)
    _moment(proposal, best, hide_values=hide_values)
    # a later line of another event would replace the sale
    if "where" not in proposal.top and (rows is None or best["order_id"]):
        _version(proposal, best)
    for key in PLAIN_FIELDS:
        _plain(proposal, key, best[key])
    proposal.fields.setdefault("quantity", ('{ constant = "1" }', "nothing found: one piece each"))
    money = money_of(of_line, of_item, best["unit_price"], best["quantity"])
    _money(proposal, money, found)
    for state in best["state"][:1]:
        values = Counter(str(value) for value in state.values.values())
        shown = ", ".join(value for value, _ in values.most_common(6))[:60]
        is_so = "differs" if hide_values else f"is {shown}"
        if len(values) > 1:
            proposal.hints.append(f"{state.path} {is_so}: say which are sales, where = [...]")
    return proposal


def _text(value: str) -> str:
    """As TOML."""
    quoted = '"' in value and "'" not in value and value.isprintable()
    return f"'{value}'" if quoted else json.dumps(value)


def _comment(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _sales(objects: Sequence[Any], proposal: Proposal) -> Sequence[Any]:
    """Those that are sales by a field with the event's name, if there is one."""
    events = OF_LINE["event"].candidates(paths_of(objects, None), len(objects) or 1)
    for event in (one for one in events if len(one.steps) <= 2):
        told = sorted({str(value) for value in event.values.values()})
        words = {value: {*Found((value,), False).all_words, *_bare(value)} for value in told}
        sales = [v for v in told if any(kind <= words[v] for kind in SALE_EVENTS)]
        if sales:
            are = _text(sales[0]) if len(sales) == 1 else json.dumps(sales)
            proposal.top["where"] = f"[{{ path = {_text(event.path)}, is = {are} }}]"
            owners = {n for (n, _), value in event.values.items() if str(value) in sales}
            return [one for n, one in enumerate(objects, start=1) if n in owners]
    return objects


def _bare(value: str) -> Sequence[str]:
    return "".join(c if c.isalpha() else " " for c in value.lower()).split()


def _rows(objects: Sequence[Any]) -> Steps | None:
    """The list of objects that looks like the items of an order."""
    lists: dict[Steps, list[Any]] = {}
    for one in objects:
        for steps, found in p.lists_of(one):
            lists.setdefault(steps, []).append(found)
    scores = {}
    for steps, found in lists.items():
        below = paths_of([{"i": item} for some in found for item in some], None)
        quantities = OF_ITEM["quantity"].candidates(below, 1)
        prices = OF_ITEM["unit_price"].candidates(below, 1)
        named = Found(steps, False).score(ITEMS.split(", "))
        seen = len(found) / len(objects)
        if quantities or (named and prices):
            look = named + 50 * bool(quantities) + 30 * bool(prices)
            scores[steps] = look * (0.5 + seen)
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] > 60 else None


def _plain(proposal: Proposal, key: str, candidates: Sequence[Found]) -> None:
    wanted = OF_ITEM.get(key) or OF_LINE[key]
    fitting = [one for one in candidates if one.share(wanted.looks) >= MOSTLY] or candidates[:1]
    if not fitting:
        return
    best, *others = fitting
    remark = f"or {others[0].path}" if others else ""
    is_code = best.share(wanted.looks) >= MOSTLY
    if key == "country" and not is_code:
        remark = f"a name, no code{' - ' + remark if remark else ''}"
    value = _in_capitals(best) if key == "country" and is_code else _text(best.path)
    proposal.fields[key] = (value, remark)


def _in_capitals(code: Found) -> str:
    """A path of codes, some of which may be in small letters."""
    is_small = code.share(lambda value: str(value).islower()) > 0
    return f"{{ path = {_text(code.path)}, upper = true }}" if is_small else _text(code.path)


def _ids(
    proposal: Proposal, best: Mapping[str, Sequence[Found]], rows: Steps | None, items: int
) -> None:
    """The event's id: the item's in its order, else the item's number there; without items that of
    the line, or where it stands."""
    order, own = best["order_id"][:1], best["item_id"][:1]
    own = [one for one in own if len(one.values) >= 0.95 * items]
    remark = ""
    if rows:
        parts = [*(_text(one.path) for one in order), _text(own[0].path if own else "#item")]
    else:
        parts = [_text(one.path) for one in (*own, *order) if _are_distinct(one, items)][:1]
    if not parts or not (order or own):
        remark = "no id found: made of file and line, so a file of another name is other events"
        parts = ['"#file"', '"#line"', *(['"#item"'] if rows else [])]
    value = f'{{ join = [{", ".join([_text(proposal.name), *parts])}], with = "-" }}'
    proposal.fields["event_id"] = (value, remark)


def _are_distinct(one: Found, items: int) -> bool:
    """Whether these are ids of the lines; a few are delivered twice."""
    return len(set(map(str, one.values.values()))) >= 0.9 * items


def _moment(proposal: Proposal, best: Mapping[str, Sequence[Found]], *, hide_values: bool) -> None:
    if not best["event_ts"]:
        proposal.fields["event_ts"] = ('".event_ts"', "nothing found: say where it is")
        return
    first = best["event_ts"][0]
    _plain(proposal, "event_ts", best["event_ts"])
    value, remark = proposal.fields["event_ts"]
    unit = p.epoch(next(iter(first.values.values())))
    if unit:
        value = f"{{ path = {value}, unit = {json.dumps(unit)} }}"
    elif first.share(p.is_moment) < MOSTLY:
        shown = json.dumps(str(next(iter(first.values.values())))[:40], ensure_ascii=False)
        remark = "a form that no mapping reads" + ("" if hide_values else f": {shown}")
    elif first.share(p.is_local_time) >= MOSTLY:
        remark = "no offset: UTC, unless you say { path = ..., time_zone = ... }"
    proposal.fields["event_ts"] = (value, remark)


def _version(proposal: Proposal, best: Mapping[str, Sequence[Found]]) -> None:
    version = [one for one in best["version"] if one.share(p.is_moment) >= MOSTLY]
    if version and version[0] not in best["event_ts"][:1]:
        proposal.top["version"] = _text(version[0].path)


def _money(proposal: Proposal, money: Money, found: Sequence[Found]) -> None:
    if money.unit_price:
        proposal.fields["unit_price"] = (money.unit_price, money.unit_price_remark)
    proposal.fields["total_amount"] = (money.total_amount, money.total_remark)
    proposal.total |= money.total
    currencies = OF_CURRENCY.candidates(found, 1)
    fitting = [one for one in currencies if one.share(is_currency) >= MOSTLY]
    beside = [one for one in fitting if money.path and one.is_beside(money.path)]
    if chosen := [*beside, *sorted(fitting, key=lambda one: (one.in_item, len(one.steps)))]:
        others = [one for one in fitting if one is not chosen[0] and not beside]
        remark = f"or {others[0].path}" if others else ""
        proposal.fields["currency"] = (_in_capitals(chosen[0]), remark)
    else:
        proposal.fields["currency"] = ('".currency"', "nothing found: say where it is")
        proposal.hints.append('no currency: if all is in one, currency = { constant = "EUR" }')
