"""A plan is what the replay then does, to the row and the cent, and leaves nothing behind.

Expected is found in plain Python, from whole tables read before and after the replay itself. Many
small shops are planned at once, one after another in time.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import duckdb
import pytest
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from ecom_assets.model import sales
from ecom_assets.model.limits import Limits
from ecom_assets.model.reading import Reading
from ecom_assets.model.stream import Rule
from ecom_assets.model.tables import compared_columns, tables
from ecom_assets.partitions import EventDays, ranges
from ecom_assets.pipeline import plan as planning
from ecom_assets.pipeline import publish as publishing
from ecom_assets.pipeline import stage as staging
from ecom_assets.pipeline.audit import why_held
from ecom_assets.pipeline.decide import DecisionError, Wanted, decide
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.plan import plan_days
from ecom_assets.pipeline.planned import Plan
from ecom_assets.pipeline.publish import publish_audited_days
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Purpose, Row, Session, WarehouseBusy
from ecom_assets.warehouse.rows import by_day
from ecom_assets_tests.pipeline.conftest import Shop, day
from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE, Stack, folder_stack
from ecom_assets_tests.support.strategies import some
from ecom_assets_tests.torture.report import Figures
from ecom_assets_tests.warehouse.conftest import good
from ecom_assets_tests.warehouse.test_operations import orders_of

FIRST = date(2026, 1, 5)
DAYS = 5
APART = 7
"""Days from one small shop to the next, whose events have other ids."""

Files = Mapping[str, bytes]
Tables = Mapping[str, Sequence[Row]]


# ---- what is drawn


WARNS = Rule("warns", "Warns", "total_amount > 2", "row", "currency", "", "", severity="warn")
ALSO = Rule("also", "Also", "currency is null", "row", "currency", "", "", lambda *_: "")
STRICTER = "quantity_sign <= 0 or total_amount > 2"
READINGS = [None, *(Reading(mappings=(("b*", orders_of(m)),)) for m in (".event_ts", "@.event_ts"))]


@st.composite
def settings(draw: st.DrawFn) -> tuple[Sequence[Rule], Limits]:
    """Rules and limits that somebody may set."""
    rules = list(sales.SALES.rules)
    at = [rule.name for rule in rules].index("quantity_positive")
    change = draw(st.sampled_from(["none", "stricter", "gone", "other order"]))
    if change == "stricter":
        rules[at] = replace(rules[at], broken=STRICTER)
    if change == "gone":
        del rules[at]
    if change == "other order":
        rules.insert(2, rules.pop(at))
    if draw(st.booleans()):
        rules.insert(draw(st.sampled_from([2, -1])), ALSO)
    if draw(st.booleans()):
        rules.append(replace(WARNS, limit=draw(st.sampled_from([None, Decimal("0.2")]))))
    limits = Limits(
        first_partition=FIRST,
        late_days=draw(st.integers(0, 2)),
        reject_rate_warn=Decimal(1),
        reject_rate_error=draw(st.sampled_from([Decimal("0.4"), Decimal(1)])),
        hide_values=False,
        reading=draw(st.sampled_from(READINGS)),
    )
    return rules, limits


def files(chance: Random, shops: int) -> Files:
    """Some files of sales and of orders; a few of them are damaged."""
    found = {}
    for shop in range(shops):
        for number in range(DAYS):
            of = FIRST + timedelta(days=shop * APART + number)
            for name in chance.sample("ab", chance.randint(0, 2)):
                count = chance.randint(1, 5)
                lines = [line(chance, of, str(shop % 2), name == "b") for _ in range(count)]
                found[f"dt={of}/{name}.jsonl"] = "\n".join(lines).encode()
            if chance.random() < 0.03:
                found[f"dt={of}/c.jsonl.gz"] = b"\x1f\x8b\x08\x00"
    return found


def line(chance: Random, of: date, ids: str, is_order: bool) -> str:
    """A line of a day's file: a sale or an order of several, with so few ids that they meet."""
    moment = str(of - timedelta(days=chance.choice([0, 0, 0, 0, 0, 0, 1, 2])))
    sold: dict[str, Any] = {
        "event_ts": moment,
        "order_id": chance.choice("12"),
        "event_id": ids + chance.choice("abcdefgh"),
        "category": chance.choice(["books", None]),
        "quantity": chance.choice([0, 1, 1, 1, 1]),
        "total_amount": chance.choice([0, 1, 2, 3.5]),
        "currency": chance.choice(["EUR", "EUR", "CZK", None]),
    }
    if is_order:
        some_ids = [ids + chance.choice("abcdefgh") for _ in range(chance.randint(0, 3))]
        items = [{**sold, "event_id": one} for one in some_ids]
        sold = {**sold, "items": items, "total": chance.randint(0, 3), "type": "order"}
        sold["version"] = chance.choice([1, 2, None])
    return json.dumps(sold)[: chance.choice([None] * 9 + [-1])]


def decide_something(session: Session, chance: Random, shops: int, limits: Limits) -> int:
    """Decide at random: what makes no sense is refused. How many decisions were made."""
    made = 0
    for _ in range(shops):
        first = FIRST + timedelta(days=chance.randrange(shops * APART))
        days = EventDays(first, first + timedelta(days=chance.randrange(3)))
        named = [*session.run("staging/decisions_in_force"), {"decision_id": "none"}]
        wanted = chance.choice(
            [
                Wanted("publish", "Ann", "why", days=days),
                Wanted("hold", "Ann", "why", days=days),
                Wanted("take_out", "Ann", "why", file=f"dt={first}/{chance.choice('ab')}.jsonl"),
                Wanted("allow_rule", "Ann", "why", days=days, rule="quantity_positive"),
                Wanted("end", "Ann", "why", ends=chance.choice(named)["decision_id"]),
            ]
        )
        with suppress(DecisionError):
            decide(session, wanted, limits, run_id=None)
            made += 1
    return made


@dataclass(frozen=True)
class Change:
    """What changes before a plan.

    Attributes:
        chance: which more files come.
        also_staged: days that are staged and not published before.
        days: that are planned.
    """

    chance: Random
    rules: Sequence[Rule]
    limits: Limits
    also_staged: EventDays | None
    days: EventDays


@st.composite
def changes(draw: st.DrawFn, shops: int) -> Change:
    """Any, of small shops side by side."""

    def days() -> EventDays:
        start, end = draw(st.integers(1, DAYS - 1)), draw(st.integers(1, DAYS - 2))
        last = (shops - 1) * APART + end
        return EventDays(FIRST + timedelta(days=start), FIRST + timedelta(days=last))

    rules, limits = draw(settings())
    chance = Random(draw(st.integers(0, 2**32)))
    return Change(chance, rules, limits, days() if draw(st.booleans()) else None, days())


# ---- what a replay does, in plain Python


def expected_lines(before: Tables, after: Tables) -> Mapping[tuple[Any, ...], int]:
    """How many sales change sides, by day, kind of change and reasons."""
    old, new = sides(before), sides(after)
    counts: Counter[tuple[Any, ...]] = Counter()
    for place in old.keys() | new.keys():
        was, would_be = old.get(place), new.get(place)
        if was == would_be:
            continue
        reasons = [side[0] if side else None for side in (was, would_be)]
        if was is None:
            kind = "appeared"
        elif would_be is None:
            kind = "disappeared"
        elif reasons == [None, None]:
            kind = "other_values"
        elif None in reasons:
            kind = "rejected" if reasons[0] is None else "accepted"
        else:
            kind = "other_reason"
        counts[place[0], kind, *reasons] += 1
    return counts


def sides(found: Tables) -> Mapping[tuple[Any, ...], tuple[Any, ...]]:
    """Where each sale is, by its day and place: its reasons, or none and its values."""
    names = [column.name for column in compared_columns()]
    sides: dict[tuple[Any, ...], tuple[Any, ...]] = {
        place(row): (None, *(row[name] for name in names))
        for row in found["STAGING.STG_SALES_CLEAN"]
    }
    for row in found["STAGING.STG_SALES_REJECTS"]:
        assert place(row) not in sides
        sides[place(row)] = (row["reason"], row["reasons"])
    return sides


def place(row: Row) -> tuple[Any, ...]:
    return (
        *(row["event_date"], row["source_filename"]),
        *(row["source_row_number"], row["source_item_number"]),
    )


def totals(found: Tables) -> Mapping[tuple[date, str | None], tuple[Any, ...]]:
    """Sales, units and revenue of FACT_SALES, by day and currency."""
    groups: dict[tuple[date, str | None], list[Row]] = defaultdict(list)
    for row in found["ANALYTICS.FACT_SALES"]:
        groups[row["event_date"], row["currency"]].append(row)
    return {
        key: (
            len(rows),
            sum(row["quantity"] for row in rows),
            sum(row["total_amount"] for row in rows),
        )
        for key, rows in groups.items()
    }


def warnings(found: Tables) -> Counter[tuple[date, str]]:
    """How many clean sales break each rule that only warns, by day."""
    return Counter(
        {
            (row["event_date"], row["rule"]): row["broken_rows"]
            for row in found["STAGING.SALES_QUALITY_RULES"]
            if row["severity"] == "warn"
        }
    )


def said_totals(rows: Sequence[Row], when: str) -> Mapping[tuple[Any, ...], tuple[Any, ...]]:
    """What a plan says of them."""
    return {
        (row["event_date"], row["currency"]): tuple(
            row[f"{what}_{when}"] for what in ("sales", "units", "revenue")
        )
        for row in rows
    }


def compare(plan: Plan, before: Tables, after: Tables, held: Mapping[date, str]) -> None:
    """See that the plan said what the replay has done; `held` is what that has held, and why."""
    said = {
        (row["event_date"], row["change"], row["reason_before"], row["reason_after"]): (
            row["sale_rows"]
        )
        for row in plan.lines
    }
    assert said == expected_lines(before, after)
    assert len(said) == len(plan.lines)

    old, new = totals(before), totals(after)
    of_interest = {
        key
        for key in old.keys() | new.keys()
        if plan.days.first <= key[0] <= plan.days.last or old.get(key) != new.get(key)
    }
    nothing = (0, 0, 0)
    for when, found in (("before", old), ("after", new)):
        wanted = {key: found.get(key, nothing) for key in of_interest}
        assert said_totals(plan.sales, when) == wanted, when

    quality = by_day(before["STAGING.SALES_QUALITY"])
    replayed = by_day(after["STAGING.SALES_QUALITY"])
    audited = {
        each
        for each, row in replayed.items()
        if each in plan.days.days or row["staged_along_with"] in plan.days.days
    }
    was_held = {
        each: why_held(row)
        for each, row in quality.items()
        if each in audited and not row["publishable"]
    }
    told = {row["event_date"]: (row["why_before"], row["why_after"]) for row in plan.held}
    for each in was_held.keys() | held.keys() | told.keys():
        assert told.get(each, (None, None)) == (was_held.get(each), held.get(each)), each

    warned = [warnings(found) for found in (before, after)]
    assert {
        (row["event_date"], row["rule"]): (row["sales_before"], row["sales_after"])
        for row in plan.warnings
    } == {
        key: (warned[0][key], warned[1][key])
        for key in warned[0].keys() | warned[1].keys()
        if warned[0][key] != warned[1][key]
    }

    sampled = {(row["change"], row["reason_before"], row["reason_after"]) for row in plan.samples}
    assert sampled == {kind[1:] for kind in said}
    old_sides, new_sides = sides(before), sides(after)
    assert all(old_sides.get(place(row)) != new_sides.get(place(row)) for row in plan.samples)


# ---- the promise


@contextmanager
def in_force(session: Any, rules: Sequence[Rule], limits: Limits) -> Iterator[None]:
    """These rules, and lines read as these limits say."""
    session._reading = limits.reading
    with mock.patch.object(sales, "SALES", replace(sales.SALES, rules=tuple(rules))):
        yield


def read_all(session: Session) -> Tables:
    """All tables as they are."""
    return {
        name: sorted(session.read_table(name), key=lambda row: str(sorted(row.items())))
        for name in tables()
    }


def replay(session: Session, days: EventDays, limits: Limits) -> Mapping[date, str]:
    """Stage and publish; what was held, and why."""
    stage_days(session, days, limits, run_id="test")
    return publish_audited_days(session, days, limits, log=_fail, run_id="test").audit.held


def _fail(text: str) -> None:
    raise AssertionError(text)


def planned_and_replayed(session: Session, days: EventDays, limits: Limits) -> Plan:
    """The plan of some days, which are replayed then as it said."""
    before = read_all(session)
    plan = plan_days(session, days, limits, log=_fail)
    assert read_all(session) == before, "nothing that stays is written"
    held = replay(session, days, limits)
    compare(plan, before, read_all(session), held)
    return plan


def few_words(days: Sequence[date]) -> exp.Expr:
    """What `days_table` says, of hundreds of days, in words that DuckDB alone understands: to write
    each down in a dozen places of a run takes most of its time."""
    found = [
        f"select unnest(generate_series(date '{r.first}', date '{r.last}', interval 1 day))::date"
        for r in ranges(days)
    ]
    return parse_one(
        f"select d as event_date from ({' union all '.join(found)}) as t(d)", read="duckdb"
    )


@pytest.mark.parametrize(
    ("stack", "shops", "count", "many"), [(FOLDER_DUCKDB, 16, 3, 80), (S3_SNOWFLAKE, 4, 0, 20)]
)
def test_a_plan_says_what_the_replay_then_does(
    stack_of: Callable[..., Stack],
    monkeypatch: pytest.MonkeyPatch,
    stack: str,
    shops: int,
    count: int,
    many: int,
    torture: bool,
    seed: int,
    figures: Figures,
) -> None:
    """Of each change, more files come, perhaps some days are staged and not published, people
    decide this and that, and then days are planned and replayed."""
    if not (count or torture):
        pytest.skip("only in the long form; a short one takes no turn, below")
    opened = stack_of(stack)
    whole = EventDays(FIRST, FIRST + timedelta(days=shops * APART))
    planned, decided = Counter[str](), 0
    if stack == FOLDER_DUCKDB:
        for module in (staging, publishing, planning):
            monkeypatch.setattr(module, "days_table", few_words)
    with opened.warehouse.session(Purpose("test", "test"), _fail) as session:
        for drawn in some(changes(shops), many if torture else count, chance=seed):
            for name, content in files(drawn.chance, shops).items():
                opened.put(name, content)
            load_new_files(session, opened.zone, whole, run_id="test", log=_fail)
            with in_force(session, drawn.rules, drawn.limits):
                if drawn.also_staged:
                    stage_days(session, drawn.also_staged, drawn.limits, run_id="test")
                decided += decide_something(session, drawn.chance, shops, drawn.limits)
                plan = planned_and_replayed(session, drawn.days, drawn.limits)
            planned.update(row["change"] for row in plan.lines)
            figures.count("interleavings run", shops)
            figures.count("days checked", drawn.days.count)
            figures.count("rows compared", sum(row["sale_rows"] for row in plan.lines))
    assert len(planned) == 6 or stack == S3_SNOWFLAKE, planned
    assert decided > count


def test_a_day_outside_whose_sale_becomes_a_repeat_is_in_the_plan(shop: Shop) -> None:
    shop.good(5)
    shop.good(9, "b")
    shop.run(5, 9)
    shop.good(5, "b")
    shop.load(5)
    plan = planned_and_replayed(shop.session, EventDays(day(5), day(5)), shop.limits)
    assert [row["event_date"] for row in plan.changed_sales] == [day(5), day(9)]


def test_a_day_that_another_run_staged_along_is_published_in_the_plan_too(shop: Shop) -> None:
    shop.set(late_days=2, reject_rate_error=Decimal(1))
    for number in (4, 5, 6):
        shop.good(number)
    shop.run(4, 6)
    shop.land(6, good("late", day(4)), file="b.jsonl")
    shop.load(6)
    stage_days(shop.session, EventDays(day(5), day(6)), shop.limits, run_id="test")
    plan = planned_and_replayed(shop.session, EventDays(day(5), day(5)), shop.limits)
    assert [row["event_date"] for row in plan.changed_sales] == [day(4)]


# ---- nothing is left behind


RULE_MORE = [*sales.SALES.rules[:-1], ALSO, sales.SALES.rules[-1]]


def two_days(shop: Shop) -> EventDays:
    """Two published days; of each, a sale would be rejected by `RULE_MORE`."""
    for number in (5, 6):
        sold = good(f"a{number}", day(number), currency="EUR")
        shop.land(number, sold, good(f"b{number}", day(number), currency=None))
    shop.set(reject_rate_error=Decimal(1))
    shop.run(5, 6)
    return EventDays(day(5), day(6))


def test_planning_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    stack = folder_stack(tmp_path)
    with stack.warehouse.session(Purpose("test", "test"), _fail) as session:
        shop = Shop(stack, session)
        days = two_days(shop)
    with duckdb.connect(tmp_path / "w.duckdb") as connection:  # as a killed process leaves it
        connection.execute("pragma disable_checkpoint_on_shutdown")
        connection.execute("update raw.schema_version set project_version = 'x'")

    def contents() -> Mapping[str, bytes]:
        found = (path for path in tmp_path.rglob("*") if path.is_file())
        return {path.name: hashlib.sha256(path.read_bytes()).digest() for path in found}

    before = contents()
    assert "w.duckdb.wal" in before
    purpose = Purpose("plan", "plan", read_only=True)
    with (
        stack.warehouse.session(purpose, _fail) as session,
        in_force(session, RULE_MORE, shop.limits),
    ):
        plan = plan_days(session, days, shop.limits, log=_fail)
    assert contents() == before
    assert sum(row["sale_rows"] for row in plan.lines) == 2


@pytest.mark.parametrize("shop", [S3_SNOWFLAKE], indirect=True)
def test_a_plan_takes_no_turn_and_waits_for_none(shop: Shop) -> None:
    days = two_days(shop)
    before = shop.session.read_table("staging.turns")
    with shop.another_session() as other, other.transaction("staging"):
        with in_force(shop.session, RULE_MORE, shop.limits):
            plan = plan_days(shop.session, days, shop.limits, log=_fail)
        assert plan.changed_days == days.days
        assert shop.session.read_table("staging.turns") == before
        found = read_all(shop.session)
    assert plan.bytes_scanned
    with in_force(shop.session, RULE_MORE, shop.limits):
        held = replay(shop.session, days, shop.limits)
        compare(plan, found, read_all(shop.session), held)


def test_a_rehearsal_refuses_to_write_a_table_that_it_has_no_copy_of(shop: Shop) -> None:
    two_days(shop)
    lines = shop.session.read_table("raw.raw_sales")
    load_id, name = lines[0]["load_id"], lines[0]["source_filename"]
    with shop.session.rehearsal(), pytest.raises(ValueError, match=r"would write raw\.raw_sales"):
        shop.session.run("raw/unload_file", load_id=load_id, source_filename=name)
    assert len(shop.session.read_table("raw.raw_sales")) == len(lines)


@pytest.mark.parametrize("tries", [1, 2])
def test_a_plan_is_made_anew_when_another_run_writes_meanwhile(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tries: int
) -> None:
    days = two_days(shop)
    session: Any = shop.session
    left, told = [None], list[str]()

    def stage_beside(*arguments: Any, **named: Any) -> Sequence[date]:
        if left:
            left.pop()
            session._rehearses = False  # as if it were another one
            stage_days(*arguments, **named)
            session._rehearses = True
        return stage_days(*arguments, **named)

    monkeypatch.setattr(planning, "stage_days", stage_beside)
    monkeypatch.setattr(planning, "TRIES", tries)
    if tries == 1:
        with pytest.raises(WarehouseBusy, match="make it again"):
            plan_days(session, days, shop.limits, log=told.append)
    else:
        assert not plan_days(session, days, shop.limits, log=told.append).changed_days
    assert told == ["Another run has written while the plan was made. Making it anew."]


def test_values_are_hidden_where_they_are_to_be(shop: Shop) -> None:
    days = two_days(shop)
    shop.land(5, good("a5", day(5), currency="EUR", total_amount=77.5))
    shop.load(5)
    shown, hidden = (
        plan_days(shop.session, days, replace(shop.limits, hide_values=hide), log=_fail)
        for hide in (False, True)
    )
    assert "77.5" in str(shown.samples)
    assert "77.5" not in f"{hidden.samples} {hidden.tables()['Samples']}"
