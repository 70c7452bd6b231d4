"""Whatever is done, in whatever order, the tables are what the model says, all of them.

Files are landed, rewritten, damaged and deleted; days are materialized, whole or some steps of
them; the process dies at a statement; settings and rules change, with a replay and without one;
days are held for their rejects or their files. After each of these every table is compared, and
asked by itself whether an event stands in FACT_SALES twice or has vanished; after a run, whether a
line of its files was left unjudged. And a backfill in any order, split into any runs, any of them
repeated, ends like one run over all its days, also beside days that are held.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as of_chance
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ecom_assets.model import sales
from ecom_assets.model.limits import Limits
from ecom_assets.model.mapping import EventMapping
from ecom_assets.model.mapping_file import parsed_mapping
from ecom_assets.model.reading import Reading
from ecom_assets.model.stream import Rule as QualityRule
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.publish import publish_audited_days
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Purpose, Session, Warehouse
from ecom_assets.warehouse.duckdb import DuckDBSession
from ecom_assets.warehouse.rows import now
from ecom_assets_tests.support.model import Mappings
from ecom_assets_tests.support.model_tables import (
    Days,
    Rules,
    Tables,
    Version,
    breaches,
    found_in,
    known_at,
    unjudged,
)
from ecom_assets_tests.support.stacks import (
    FOLDER_DUCKDB,
    S3_SNOWFLAKE,
    Production,
    Stack,
    emptied_stack,
)
from ecom_assets_tests.support.strategies import some
from ecom_assets_tests.torture.report import Figures

FIRST = date(2026, 1, 5)
DAYS = 12
WHOLE = (FIRST, FIRST + timedelta(days=DAYS - 1))

STEPS = ("load", "stage", "publish")

days = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))
ranges = st.tuples(days, st.integers(0, DAYS - 1)).map(
    lambda drawn: (drawn[0], min(drawn[0] + timedelta(days=drawn[1]), WHOLE[1]))
)
ids = st.sampled_from("abcdefghijklmnop")


@st.composite
def lines(draw: st.DrawFn, day: date, *, whole: bool = False) -> str:
    """A line of a day's file: so few ids that they meet, and so many that it is after some days."""
    kind = draw(st.sampled_from([*["good"] * 5, "late", "late", "zero", "no currency", "broken"]))
    late = draw(st.integers(1, 3)) if kind == "late" else 0
    return json.dumps(
        {
            "event_id": draw(ids),
            "event_ts": str(day - timedelta(days=late)),
            "order_id": draw(st.sampled_from("12")),
            "category": draw(st.sampled_from(["books", None])),
            "quantity": 0 if kind == "zero" else 1,
            "total_amount": draw(st.integers(0, 3)),
            "currency": None if kind == "no currency" else "EUR",
        }
    )[: -1 if kind == "broken" and not whole else None]


ORDERS = """
rows = ".items"
version = ".version"
where = [{ path = ".type", is_not = "note" }]

[fields]
event_id = "@.event_id"
event_ts = "%s"
order_id = ".order_id"
category = "@.category"
quantity = "@.quantity"
total_amount = "@.total_amount"
currency = "@.currency"

[total]
stated = ".total"
"""


def orders_of(moment: str) -> EventMapping:
    """A mapping of orders, whose sales are of the moment of the order or of their own."""
    told = ORDERS % moment
    told = told.partition("[total]")[0] if moment.startswith("@") else told
    return parsed_mapping(told, "orders", sales.SALES, "orders.toml")


ORDER_MAPPINGS: Sequence[Mappings] = [
    (("*", orders_of(".event_ts")),),
    (("*", orders_of("@.event_ts")),),
    (("a*", orders_of(".event_ts")),),
]
"""The last one reads the files `b` as lines that are sales, which they are not."""


@st.composite
def orders(draw: st.DrawFn, day: date) -> str:
    """A line of a day's file that is an order."""
    items = [json.loads(draw(lines(day, whole=True))) for _ in range(draw(st.integers(0, 3)))]
    line = {
        "type": draw(st.sampled_from(["order", "order", None, "note"])),
        "event_ts": str(day - timedelta(days=draw(st.sampled_from([0, 0, 1])))),
        "order_id": draw(st.sampled_from("12")),
        "version": draw(st.sampled_from([1, 2, 3, None])),
        "items": items,
        "total": draw(st.integers(0, 3)),
    }
    return json.dumps(line)[: draw(st.sampled_from([None, None, None, None, -1]))]


@st.composite
def contents(draw: st.DrawFn, day: date, of: st.SearchStrategy[str] | None = None) -> bytes:
    line = lines(day) if of is None else of
    return "\n".join(draw(st.lists(line, min_size=1, max_size=4))).encode()


some_rules = st.builds(
    Rules,
    first=st.just(FIRST),
    late_days=st.integers(0, 2),
    reject_rate_error=st.sampled_from([Decimal("0.3"), Decimal("0.6"), Decimal(1)]),
    also=st.sampled_from([{}, {"also": lambda values: values["currency"] is None}]),
)

ONE_MORE_RULE = QualityRule(
    name="also",
    reason="Also",
    broken="currency is null",
    scope="row",
    field="currency",
    broken_when="",
    why="",
    defect=lambda event, earlier, random: "",
)


@contextmanager
def in_force(rules: Rules) -> Iterator[None]:
    """The project's rules, and one more where these say so."""
    listed = list(sales.SALES.rules)
    if rules.also:
        listed.insert(-1, ONE_MORE_RULE)
    with mock.patch.object(sales, "SALES", replace(sales.SALES, rules=tuple(listed))):
        yield


class Died(Exception):
    """The process is no more."""


class Mortal:
    """A connection to DuckDB that dies at a statement and answers nothing after that."""

    def __init__(self, connection: Any, statements: int) -> None:
        self._connection = connection
        self._left = statements

    def __getattr__(self, name: str) -> Any:
        if name in ("execute", "begin", "commit", "rollback"):
            self._left -= 1
        if self._left < 0:
            raise Died
        return getattr(self._connection, name)


class Shop:
    """A landing zone, a warehouse, and the model of both."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._warehouse: Warehouse = stack.warehouse
        self._opened = ExitStack()
        self._session = self._open()
        self.landed: dict[str, Version] = {}
        self.tables = Tables()
        self.rules = Rules()
        self.versions = 0
        self.saved: dict[datetime, Mapping[Any, Any]] = {}

    def _open(self) -> Session:
        purpose = Purpose("test", "test")
        return self._opened.enter_context(self._warehouse.session(purpose, _fail))

    def read_by(self, mappings: Mappings) -> None:
        """Read lines by these mappings from now on."""
        self._opened.close()
        self._warehouse = self._stack.read_by(Reading(mappings=mappings))
        self._session = self._open()
        self.rules = replace(self.rules, mappings=mappings)

    def close(self) -> None:
        self._opened.close()

    def land(self, name: str, stored: bytes) -> None:
        self.versions += 1
        self._stack.put(name, stored)
        self.landed[name] = Version(name, stored, self.versions)

    def delete(self, name: str) -> None:
        self._stack.delete(name)
        del self.landed[name]

    def run(self, days: Days, steps: Sequence[str] = STEPS) -> None:
        """Run some steps for some days."""
        for step in steps:
            self._run(step, days)
            self.tables = self._after(step, days)

    def _run(self, step: str, days: Days) -> None:
        of = EventDays(*days)
        rules = self.rules
        limits = Limits(
            *(rules.first, rules.late_days, Decimal(1), rules.reject_rate_error),
            hide_values=False,
            reading=Reading(mappings=rules.mappings) if rules.mappings else None,
        )
        with in_force(self.rules):
            if step == "load":
                load_new_files(self._session, self._stack.zone, of, run_id="test", log=_fail)
            elif step == "stage":
                stage_days(self._session, of, limits, run_id="test")
            else:
                publish_audited_days(self._session, of, limits, log=_fail, run_id="test")

    def _after(self, step: str, days: Days) -> Tables:
        if step == "load":
            return self.tables.load(self.landed.values(), days)
        if step == "stage":
            return self.tables.stage(days, self.rules)
        return self.tables.publish(days, self.rules)

    def die(self, days: Days, statements: int) -> bool:
        """Run all steps for some days and die at a statement; what was committed by then stays.

        Returns: whether it came to that.
        """
        session: Any = self._session
        session._connection = Mortal(session._connection, statements)
        states = [self.tables]
        died = False
        try:
            for step in STEPS:
                self._run(step, days)
                self.tables = self._after(step, days)
                states.append(self.tables)
        except Died:
            died = True
            states.append(self._after(step, days))
        session._connection = session._connection._connection
        self._opened.close()
        self._session = self._open()
        # the last thing before the end of a step is its commit, or a query after that
        found = found_in(self._session)
        self.tables = next((s for s in states[-2:] if s.shown() == found), states[-2])
        return died

    def found(self) -> Mapping[str, Any]:
        """What the tables hold."""
        return found_in(self._session)

    def compare_what_was_known(self) -> None:
        """See that the answers that were saved after each operation are those that the changes add
        up to at these moments."""
        for moment, saved in self.saved.items():
            assert known_at(self._session, moment) == saved

    def compare(self, run: Days | None = None) -> int:
        """See that every table holds what the model says, and that no event is there twice or has
        vanished; after a run of some days, that every line of their files was judged.

        Returns: how many rows were compared.
        """
        wanted, found = self.tables.shown(), self.found()
        for table, rows in wanted.items():
            assert found[table] == rows, table
        assert not breaches(found)
        self.saved[now()] = {key: row for key, row in found["totals"].items() if row[1]}
        if run:
            # a day whose clean rows break a rule of now is held by the audit, which keeps no record
            assert self.rules.also or not unjudged(found, self.tables.current.values(), run)
        return sum(map(len, wanted.values()))


def _fail(said: str) -> None:
    raise AssertionError(said)


class Operations(RuleBasedStateMachine):
    """Anything that may be done to a shop."""

    new_shop: Callable[[ExitStack], Shop]
    figures: Figures

    def contents(self, day: date) -> st.SearchStrategy[bytes]:
        """What a file of a day may hold."""
        return contents(day)

    def __init__(self) -> None:
        super().__init__()
        self._opened = ExitStack()
        self.shop = type(self).new_shop(self._opened)

    def teardown(self) -> None:
        self.shop.run(WHOLE)  # whatever was done before
        self._compare(WHOLE)
        self.shop.compare_what_was_known()
        self.shop.close()
        self._opened.close()

    def _compare(self, run: Days | None = None) -> None:
        self.figures.count("rows compared", self.shop.compare(run))

    @initialize(rules=some_rules, data=st.data())
    def open_with_files_on_all_days(self, rules: Rules, data: st.DataObject) -> None:
        self._go_by(rules)
        for n in range(DAYS):
            day = FIRST + timedelta(days=n)
            self.shop.land(f"dt={day}/a.jsonl", data.draw(self.contents(day)))

    def _go_by(self, rules: Rules) -> None:
        self.shop.rules = replace(rules, mappings=self.shop.rules.mappings)

    @invariant()
    def count(self) -> None:
        self.figures.count("operations run")

    @rule(day=days, file=st.sampled_from(["a.jsonl", "b.jsonl"]), data=st.data())
    def land_or_rewrite_a_file(self, day: date, file: str, data: st.DataObject) -> None:
        self.shop.land(f"dt={day}/{file}", data.draw(self.contents(day)))

    @rule(day=days)
    def land_a_damaged_file(self, day: date) -> None:
        self.shop.land(f"dt={day}/c.jsonl.gz", b"\x1f\x8b\x08\x00")

    @rule(data=st.data())
    def delete_a_file(self, data: st.DataObject) -> None:
        if self.shop.landed:
            self.shop.delete(data.draw(st.sampled_from(sorted(self.shop.landed))))

    @rule(days=ranges, steps=st.sampled_from([STEPS, STEPS, STEPS, *((s,) for s in STEPS)]))
    def materialize(self, days: Days, steps: Sequence[str]) -> None:
        self.shop.run(days, steps)
        self.figures.count("days checked", DAYS)
        self._compare(days if steps == STEPS else None)

    @rule(day=days, data=st.data())
    def break_a_day_so_that_it_is_held(self, day: date, data: st.DataObject) -> None:
        kept = data.draw(lines(day))
        bad = json.dumps({"event_id": "a", "event_ts": str(day), "quantity": "two"})
        self.shop.land(f"dt={day}/a.jsonl", "\n".join([kept, bad, bad, bad]).encode())
        self.shop.run((day, day))
        self._compare((day, day))

    @rule(rules=some_rules)
    def change_the_settings(self, rules: Rules) -> None:
        self._go_by(rules)

    @rule(rules=some_rules)
    def change_a_rule_and_replay(self, rules: Rules) -> None:
        self._go_by(rules)
        self.shop.run(WHOLE, ["stage", "publish"])
        self._compare()


class OperationsAndDeaths(Operations):
    """The same, by a process that may die."""

    @rule(days=ranges, statements=st.integers(0, 34))
    def die_at_a_statement(self, days: Days, statements: int) -> None:
        self.figures.count("faults injected", self.shop.die(days, statements))
        self._compare()


class OperationsOnOrders(Operations):
    """Operations with lines that are several sales, or none, by mappings that change."""

    def contents(self, day: date) -> st.SearchStrategy[bytes]:
        return contents(day, orders(day))

    @initialize(mappings=st.sampled_from(ORDER_MAPPINGS))
    def read_orders(self, mappings: Mappings) -> None:
        self.shop.read_by(mappings)

    @rule(mappings=st.sampled_from(ORDER_MAPPINGS))
    def change_the_mapping_and_replay(self, mappings: Mappings) -> None:
        self.shop.read_by(mappings)
        self.shop.run(WHOLE, ["stage", "publish"])
        self._compare()


class OperationsOnOrdersAndDeaths(OperationsOnOrders, OperationsAndDeaths):
    """Both."""


@pytest.mark.parametrize(
    ("stack", "machine", "pieces", "examples", "many", "steps"),
    [
        (FOLDER_DUCKDB, OperationsAndDeaths, False, 2, 40, 12),
        (FOLDER_DUCKDB, OperationsOnOrders, True, 2, 40, 12),
        (FOLDER_DUCKDB, OperationsOnOrdersAndDeaths, False, 2, 40, 12),
        (S3_SNOWFLAKE, Operations, False, 0, 5, 12),
        (S3_SNOWFLAKE, OperationsOnOrders, False, 1, 5, 5),
    ],
)
def test_any_operations_in_any_order_leave_what_the_model_says(
    servers: Production,
    stack: str,
    machine: type[Operations],
    pieces: bool,
    examples: int,
    many: int,
    steps: int,
    torture: bool,
    seed: int,
    figures: Figures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not (examples or torture):
        pytest.skip("only in the long form")
    if pieces:  # of a day or two
        monkeypatch.setattr(DuckDBSession, "lines_at_once", 3)

    def new_shop(opened: ExitStack) -> Shop:
        root = Path(opened.enter_context(TemporaryDirectory()))
        figures.count("interleavings run")
        return Shop(emptied_stack(stack, root, servers))

    tried = type("Tried", (machine,), {"new_shop": staticmethod(new_shop), "figures": figures})
    phases = [Phase.generate, Phase.shrink] if torture else [Phase.generate]
    run_state_machine_as_test(
        of_chance(seed)(tried),
        settings=settings(
            max_examples=many if torture else examples,
            stateful_step_count=12 if torture else steps,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


# ---- backfills


@st.composite
def backfills(draw: st.DrawFn) -> Sequence[Days]:
    """Runs that have all days, in any order, some of them again."""
    cuts = [*sorted(draw(st.sets(days, max_size=DAYS)) - {FIRST}), WHOLE[1] + timedelta(days=1)]
    starts = [FIRST, *cuts[:-1]]
    runs = [(a, b - timedelta(days=1)) for a, b in zip(starts, cuts, strict=True)]
    again = draw(st.lists(ranges, max_size=3))
    return draw(st.permutations([*runs, *again]))


@st.composite
def plans(
    draw: st.DrawFn,
) -> tuple[Rules, Mapping[str, bytes], Sequence[tuple[Days, Sequence[str]]]]:
    """Rules, files of all days, and runs of steps. Where events may be late, all files are loaded
    before the first day is staged: a day cannot know of a file that is not loaded yet."""
    rules = Rules(
        late_days=draw(st.sampled_from([0, 0, 2])),
        reject_rate_error=draw(st.sampled_from([Decimal("0.3"), Decimal(1)])),
    )
    files = {}
    for n in range(DAYS):
        day = FIRST + timedelta(days=n)
        for name in draw(st.sets(st.sampled_from("ab"))):
            files[f"dt={day}/{name}.jsonl"] = draw(contents(day))
    if not rules.late_days:
        return rules, files, [(run, STEPS) for run in draw(backfills())]
    return rules, files, [(run, [step]) for step in STEPS for run in draw(backfills())]


@pytest.mark.parametrize(
    ("stack", "examples", "many"), [(FOLDER_DUCKDB, 2, 60), (S3_SNOWFLAKE, 0, 4)]
)
def test_a_backfill_in_any_order_of_days_and_runs_ends_like_one_run(
    tmp_path: Path,
    servers: Production,
    stack: str,
    examples: int,
    many: int,
    torture: bool,
    seed: int,
    figures: Figures,
) -> None:
    if not (examples or torture):
        pytest.skip("only in the long form")
    for number, (rules, files, runs) in enumerate(
        some(plans(), many if torture else examples, chance=seed)
    ):
        found: list[Mapping[str, Any]] = []
        for plan in (runs, [(WHOLE, STEPS)]):
            root = tmp_path / f"{number} {len(plan)} {len(found)}"
            root.mkdir()
            shop = Shop(emptied_stack(stack, root, servers))
            shop.rules = rules
            for name, content in files.items():
                shop.land(name, content)
            for run, steps in plan:
                shop.run(run, steps)
            found.append(shop.found())
            shop.close()
        in_any_order, at_once = found
        for table, rows in at_once.items():
            assert in_any_order[table] == rows, (table, runs)
        figures.count("interleavings run")
        figures.count("days checked", DAYS)
        figures.count("rows compared", sum(map(len, at_once.values())))
