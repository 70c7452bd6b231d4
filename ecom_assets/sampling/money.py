"""What of a sample's amounts is the price, what the total, and what an order's money adds up to.

It is reckoned, not guessed: the total of a sale is the amount with which most orders add up.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from ecom_assets.model.mapping_words import TIMES
from ecom_assets.sampling.paths import Found, Owner, is_amount, number

CENT = Decimal("0.01")
MOST_SUMMANDS = 3
MOST_TRIED = 6
"""Of totals, stated totals, and what comes beside them: all combinations are tried."""

_TOTALS = (
    "line total, row total, total, total price, total amount, proceed total, total inctax, total "
    "extax, item total, extended price, line amount, item revenue, subtotal, revenue, net "
    "amount, gross, gross amount, amount, item price, amount captured, amount paid"
)
_STATED = (
    "subtotal price, subtotal, item total, grand total, order total, total price, total, total "
    "amount, total inctax, total extax, revenue, purchase revenue, amount, gross, total paid"
)
_FURTHER = (
    "total tax, tax total, tax, sale tax, shipping, shipping info price, shipping total, shipping "
    "price, shipping cost, shipping cost inctax, total shipping, shipping amount, delivery, "
    "delivery fee, delivery cost, postage, tip, total tip, service charge, total service charge, "
    "handling, fee"
)
_MINUS = "discount, total discount, discount total, discount amount, coupon discount, rebate"
_OTHER_MONEY = (
    "tax discount shipping delivery refund cost fee tip charge wrapping modifier point tender "
    "payment refunded base unit list"
)
_CENTS = ("cents", "centamount", "minor", "pence")


@dataclass
class Money:
    """The parts of a mapping that are amounts, as TOML, each with its remark.

    Attributes:
        path: where the total of a sale stands; None: it is price times quantity, or not found.
    """

    unit_price: str = ""
    unit_price_remark: str = ""
    total_amount: str = '".total_amount"'
    total_remark: str = "nothing found: say where it is"
    total: dict[str, str] = field(default_factory=dict)
    path: Found | None = None


@dataclass(eq=False)
class Term:
    """An amount of a sale or a line: a path, or price times quantity."""

    parts: Sequence[Found]
    in_cents: bool

    @property
    def values(self) -> Mapping[Owner, Decimal]:
        """By the line or item that has it."""
        owners = set.intersection(*(set(part.values) for part in self.parts))
        found = {}
        for owner in owners:
            product = CENT if self.in_cents else Decimal(1)
            for part in self.parts:
                product *= number(part.values[owner]) or Decimal(0)
            found[owner] = product
        return found

    def toml(self, *, is_field: bool, owners: int = 0) -> str:
        """As it stands in a mapping: as a field, or as an amount of [total]."""
        paths = [json.dumps(part.path) for part in self.parts]
        if is_field and len(paths) == 1:
            return f"{{ path = {paths[0]}, divide_by = 100 }}" if self.in_cents else paths[0]
        if owners and len(self.parts[0].values) < owners:
            paths[0] = f"{{ path = {paths[0]}, default = 0 }}"
        if len(paths) == 1 and not self.in_cents:
            return paths[0]
        factors = ", ".join([*paths, *([f'"{CENT}"'] if self.in_cents else [])])
        return f"{{ product = [{factors}] }}"


@dataclass(frozen=True)
class Sum:
    """A way in which orders add up.

    Attributes:
        total: of a sale.
        stated: by the order.
        further: beside the sales.
        minus: taken off.
        times: how many orders do.
        of: how many state one.
    """

    total: Term
    stated: Term
    further: Sequence[Term]
    minus: Sequence[Term]
    times: int
    of: int


def in_cents(one: Found, siblings: Sequence[Found]) -> bool:
    """Whether amounts are whole numbers that are called cents, or stand beside a currency."""
    if not all(isinstance(value, int) for value in one.values.values()):
        return False
    beside = {s.words[-1][0] for s in siblings if s.steps[:-1] == one.steps[:-1]}
    is_money = str(one.steps[-1]).lower() in ("amount", "value") and "currency" in beside
    is_called_so = any(word in str(step).lower() for step in one.steps for word in _CENTS)
    return is_money or is_called_so


def money_of(
    of_line: Sequence[Found],
    of_item: Sequence[Found],
    prices: Sequence[Found],
    quantities: Sequence[Found],
) -> Money:
    """The amounts of a sample.

    Args:
        of_line: paths from the line.
        of_item: paths from the item; the same ones where a line is one sale.
        prices: what may be the price of one piece, the best first.
        quantities: what may be the quantity, likewise.
    """
    found = Money()
    rows = of_item is not of_line
    prices = [one for one in prices if one.share(is_amount) >= 0.8]
    terms = _terms(of_item, _TOTALS, _OTHER_MONEY)
    if rows or prices:
        terms = [t for t in terms if t.parts[0] is not (prices[0] if prices else None)]
    if prices:
        price = Term(prices[:1], in_cents(prices[0], of_item))
        found.unit_price = price.toml(is_field=True)
        found.unit_price_remark = f"or {prices[1].path}" if len(prices) > 1 else ""
        if price.in_cents:
            found.unit_price_remark = "whole numbers, taken for cents"
        if quantities:
            terms.append(Term([prices[0], quantities[0]], price.in_cents))
    if not terms:
        return found
    most = max(len(term.values) for term in terms)
    best = next(term for term in terms if len(term.values) >= 0.95 * most)
    way = max(_sums(of_line, terms), key=_goodness(terms), default=None) if rows else None
    if way and way.times * 2 > way.of:
        owners = len({owner for one in of_line for owner in one.values})
        best = way.total
        found.total["stated"] = way.stated.toml(is_field=False)
        for key, some in (("further", way.further), ("minus", way.minus)):
            if some:
                parts = [term.toml(is_field=False, owners=owners) for term in some]
                found.total[key] = f"[{', '.join(parts)}]"
    found.total_amount = best.toml(is_field=True)
    found.path = best.parts[0] if len(best.parts) == 1 else prices[0]
    found.total_remark = _remark(best, terms)
    return found


def _remark(best: Term, terms: Sequence[Term]) -> str:
    if best.in_cents:
        return "whole numbers, taken for cents"
    others = [
        f" {TIMES} ".join(part.path for part in term.parts) for term in terms if term is not best
    ]
    return f"or {others[0]}" if others else ""


def _terms(found: Sequence[Found], names: str, never: str) -> list[Term]:
    """The amounts that have one of these names, the best first."""
    scored = [
        (score, one)
        for one in found
        if not set(never.split()) & one.all_words
        and not one.is_in_list
        and (score := one.score(names.split(", ")))
        and one.share(is_amount) >= 0.8
    ]
    scored.sort(key=lambda pair: pair[0], reverse=True)
    return [Term([one], in_cents(one, found)) for _, one in scored[:MOST_TRIED]]


def _goodness(terms: Sequence[Term]) -> Callable[[Sum], tuple[int, int, int]]:
    def goodness(way: Sum) -> tuple[int, int, int]:
        return (way.times, -len(way.further) - len(way.minus), -terms.index(way.total))

    return goodness


def _sums(of_line: Sequence[Found], terms: Sequence[Term]) -> Iterator[Sum]:
    """All ways in which an order may add up, with how often it does."""
    stated = _terms(of_line, _STATED, _OTHER_MONEY)
    beside = [(term, 1) for term in _terms(of_line, _FURTHER, "refund discount")]
    beside += [(term, -1) for term in _terms(of_line, _MINUS, "tax refund")]
    beside = [(t, sign) for t, sign in beside if any(t.values.values())][:MOST_TRIED]
    values = {id(term): term.values for term in (*stated, *(t for t, _ in beside))}
    for total in terms:
        sales: dict[int, Decimal] = {}
        for (line, _), value in total.values.items():
            sales[line] = sales.get(line, Decimal(0)) + value
        for says in stated:
            of = {line: value for (line, _), value in values[id(says)].items() if line in sales}
            for size in range(MOST_SUMMANDS + 1):
                for some in combinations(beside, size):
                    times = sum(
                        value == sales[line] + sum(
                            sign * values[id(t)].get((line, -1), Decimal(0)) for t, sign in some
                        )
                        for line, value in of.items()
                    )  # fmt: skip
                    if times:
                        yield Sum(
                            total,
                            says,
                            [t for t, sign in some if sign > 0],
                            [t for t, sign in some if sign < 0],
                            times,
                            len(of),
                        )
