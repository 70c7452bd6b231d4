"""The contract once more: what all tables hold after any steps, in any order, in plain Python.

A step reads the tables that were there before and replaces days of one of them. How a line is
judged is in `model.py`. `Tables` is compared with what is in a warehouse by `found_in`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ecom_assets import rules as product
from ecom_assets.warehouse.contract import Session
from ecom_assets_tests.model import (
    REASONS,
    UNIQUE_WITHIN,
    Place,
    Row,
    lines_of,
    parse,
    read_json,
    unpacked,
)

ORDER_INDEPENDENT = hasattr(product, "REPEAT_REASON")
"""Whether rows alone decide what is a repeat, whatever was staged first. Before that the model must
not be given an id twice."""

BREAKDOWNS = ("category", "country", "device", "marketing_channel", "payment_method")

Line = tuple[date, str, int]
"""A row of staging: its day, its file's name and its number there."""

Days = tuple[date, date]


@dataclass(frozen=True)
class Version:
    """A file as it was landed once."""

    name: str
    stored: bytes
    number: int

    @property
    def day(self) -> date:
        return date.fromisoformat(self.name[3:13])

    @property
    def lines(self) -> Sequence[tuple[int, str]] | None:
        """Its lines; None where it is damaged."""
        content = unpacked(self.name, self.stored)
        return None if content is None else lines_of(content)


@dataclass(frozen=True)
class Rules:
    """What a run goes by.

    Attributes:
        late_days: how many days after its event date an event may arrive.
        reject_rate_error: the reject rate above which a day is held.
        also: one more rule, by name: whether a row's values break it.
    """

    late_days: int = 0
    reject_rate_error: Decimal = Decimal("0.5")
    also: Mapping[str, Callable[[Mapping[str, Any]], bool]] = field(default_factory=dict)


Quality = tuple[int, int, int, bool]
"""Of a day: rows, clean ones, rejected ones, and whether it may be published."""


@dataclass(frozen=True)
class Tables:
    """What is in a warehouse.

    Attributes:
        loaded: every version of a file that was ever loaded, in order.
        staged: the rows of each day as it was last staged, judged one by one.
        quality: what was counted of each day.
        published: the rows of each day as it was last published.
        counts: how often days were counted.
        counted: which of these times each day was counted last.
        audited: and which one its publication is of.
    """

    loaded: tuple[Version, ...] = ()
    staged: Mapping[date, Mapping[Place, Row]] = field(default_factory=dict)
    quality: Mapping[date, Quality] = field(default_factory=dict)
    published: Mapping[date, Mapping[Line, Row]] = field(default_factory=dict)
    counts: int = 0
    counted: Mapping[date, int] = field(default_factory=dict)
    audited: Mapping[date, int] = field(default_factory=dict)

    @property
    def current(self) -> Mapping[str, Version]:
        """The last loaded version of each file."""
        return {version.name: version for version in self.loaded}

    # ---- steps

    def load(self, landed: Iterable[Version], days: Days) -> "Tables":
        """Load the files of some days that are new, rewritten, or were damaged."""
        new = [
            version
            for version in landed
            if days[0] <= version.day <= days[1]
            and (self.current.get(version.name) != version or version.lines is None)
        ]
        return replace(self, loaded=(*self.loaded, *new))

    def stage(self, days: Days, rules: Rules) -> "Tables":
        """Judge the lines that belong to some days, and by them the rows of all days anew."""
        staged: dict[date, dict[Place, Row]] = {day: {} for day in each(days)}
        for version in self.current.values():
            for number, line in version.lines or ():
                row = judged(line, version.day, rules)
                if row.event_date in staged:
                    staged[row.event_date][version.name, number] = row
        after = replace(self, staged={**self.staged, **staged})
        before, now = self.rows(), after.rows()
        moved = {line[0] for line in now.keys() & before.keys() if now[line] != before[line]}
        quality = {day: after.count(day, rules) for day in moved | staged.keys()}
        counts = self.counts + 1
        return replace(
            after,
            quality={**self.quality, **quality},
            counts=counts,
            counted={**self.counted, **dict.fromkeys(quality, counts)},
        )

    def publish(self, days: Days, rules: Rules) -> "Tables":
        """Replace some days of the fact by their clean rows, but for those that are held; and of
        the days after them that are published, those that were staged anew since."""
        outdated = [
            day
            for day in each((days[1] + timedelta(days=1), days[1] + UNIQUE_WITHIN))
            if ORDER_INDEPENDENT
            and day in self.published
            and self.counted[day] != self.audited[day]
        ]
        free = [
            day
            for day in [*each(days), *outdated]
            if day in self.quality and self.quality[day][3] and not self.is_stale(day, rules)
        ]
        clean = self.clean()
        published = {day: {at: row for at, row in clean.items() if at[0] == day} for day in free}
        return replace(
            self,
            published={**self.published, **published},
            audited={**self.audited, **{day: self.counted[day] for day in free}},
        )

    def is_stale(self, day: date, rules: Rules) -> bool:
        """Whether clean rows of a day break the rules of now: by one more rule, or because the
        file now has no object in their place."""
        for (event_date, name, number), row in self.clean().items():
            version = self.current[name]
            line = dict(version.lines or ()).get(number)
            document = read_json(line) if line is not None else None
            is_other = line is not None and not (document and document.is_object)
            if event_date == day and (
                any(breaks(row.values) for breaks in rules.also.values())
                or (is_other and version.day <= day + timedelta(days=rules.late_days))
            ):
                return True
        return False

    # ---- what is in the tables

    def rows(self) -> Mapping[Line, Row]:
        """All rows of staging: a repeat is an otherwise valid row that has another one with its id
        before it, in the same day or the seven days before."""
        rows = {
            (d, *place): row for d, of_day in self.staged.items() for place, row in of_day.items()
        }
        valid = sorted(line for line, row in rows.items() if not row.broken)
        seen: dict[Any, date] = {}  # of each id: the day of its last valid row so far
        for line in valid:
            event_id = rows[line].values["event_id"]
            if event_id in seen and line[0] - seen[event_id] <= UNIQUE_WITHIN:
                rows[line] = replace(rows[line], broken=("event_id_unique",))
            seen[event_id] = line[0]
        return rows

    def clean(self) -> Mapping[Line, Row]:
        return {line: row for line, row in self.rows().items() if not row.broken}

    def count(self, day: date, rules: Rules) -> Quality:
        rows = [row for line, row in self.rows().items() if line[0] == day]
        rejects = sum(1 for row in rows if row.broken)
        whole = not any(
            version.lines is None and 0 <= (version.day - day).days <= rules.late_days
            for version in self.current.values()
        )
        free = whole and rejects <= len(rows) * rules.reject_rate_error
        return len(rows), len(rows) - rejects, rejects, free

    def shown(self) -> Mapping[str, Any]:
        """The tables, in the form of `found_in`."""
        rows = self.rows()
        names = {**REASONS, **dict.fromkeys(("also",), "Also")}
        facts = {line: row for of_day in self.published.values() for line, row in of_day.items()}
        per_rule = Counter((at[0], row.broken[0]) for at, row in rows.items() if row.broken)
        return {
            "raw": Counter(
                (version.name, number, line)
                for version in self.loaded
                for number, line in version.lines or ()
            ),
            "ledger": Counter(
                (
                    version.name,
                    len(version.stored),
                    None if version.lines is None else len(version.lines),
                    version.name not in {later.name for later in self.loaded[at + 1 :]},
                )
                for at, version in enumerate(self.loaded)
            ),
            "clean": {line: values(row) for line, row in self.clean().items()},
            "rejects": {
                line: ("; ".join(names[rule] for rule in row.broken), row.line)
                for line, row in rows.items()
                if row.broken
            },
            "quality": dict(self.quality),
            "rejects per rule": +per_rule,
            "fact": {line: values(row) for line, row in facts.items()},
            "totals": {**totals(facts)}
            | {(day, None): (0, 0, 0, 0) for day, sold in self.published.items() if not sold},
            "breakdowns": breakdowns(facts),
        }


def judged(line: str, batch_day: date, rules: Rules) -> Row:
    """A line judged by itself."""
    row = parse(line, batch_day, rules.late_days)
    if "json_object" in row.broken:
        return row
    also = tuple(name for name, breaks in rules.also.items() if breaks(row.values))
    return replace(row, broken=(*row.broken, *also))


def totals(facts: Mapping[Line, Row]) -> Mapping[Any, Any]:
    """Orders, sales, units and revenue of each day and currency."""
    sold = grouped(facts, lambda line, row: (line[0], row.values["currency"]))
    return {
        key: (len({row.values["order_id"] for row in rows} - {None}), *sums(rows))
        for key, rows in sold.items()
    }


def breakdowns(facts: Mapping[Line, Row]) -> Mapping[Any, Any]:
    """Sales, units and revenue of each day, currency, and value of some columns, one by one."""
    sold: dict[Any, Sequence[Row]] = {}
    for name in BREAKDOWNS:

        def key(line: Line, row: Row, name: str = name) -> Any:
            return line[0], row.values["currency"], name, row.values[name]

        sold |= grouped(facts, key)
    return {key: sums(rows) for key, rows in sold.items()}


def grouped(
    facts: Mapping[Line, Row], key: Callable[[Line, Row], Any]
) -> Mapping[Any, Sequence[Row]]:
    groups: dict[Any, list[Row]] = {}
    for line, row in facts.items():
        groups.setdefault(key(line, row), []).append(row)
    return groups


def sums(rows: Sequence[Row]) -> tuple[int, Decimal, Decimal]:
    units, revenue = Decimal(0), Decimal(0)
    for row in rows:
        quantity, amount = row.values["quantity"], row.values["total_amount"]
        assert isinstance(quantity, Decimal)
        assert isinstance(amount, Decimal)
        units, revenue = units + quantity, revenue + amount
    return len(rows), units, revenue


def values(row: Row) -> Mapping[str, Any]:
    return dict(row.values)


def each(days: Days) -> Sequence[date]:
    return [days[0] + timedelta(days=n) for n in range((days[1] - days[0]).days + 1)]


def found_in(session: Session) -> Mapping[str, Any]:
    """What a warehouse holds, but for load ids, run ids and times of work."""

    def by_line(table: str, value: Callable[[Mapping[str, Any]], Any]) -> Mapping[Line, Any]:
        rows = session.read_table(table)
        found = {
            (r["event_date"], r["source_filename"], r["source_row_number"]): value(r) for r in rows
        }
        assert len(found) == len(rows), f"a line twice in {table}"
        return found

    def typed(row: Mapping[str, Any]) -> Mapping[str, Any]:
        lineage = ("event_date", "source_filename", "source_row_number", "ingestion_ts")
        return {name: value for name, value in row.items() if name not in lineage}

    def text(row: Mapping[str, Any]) -> str:
        return str(row["raw"] if row["raw"] is not None else row["raw_text"])

    never = (None, datetime(1970, 1, 1))  # what the emulated Snowflake gives back for a null
    return {
        "raw": Counter(
            (row["source_filename"], row["source_row_number"], text(row))
            for row in session.read_table("raw.raw_sales")
        ),
        "ledger": Counter(
            (r["source_filename"], r["size_bytes"], r["row_count"], r["superseded_at"] in never)
            for r in session.read_table("raw.raw_sales_files")
        ),
        "clean": by_line("staging.stg_sales_clean", typed),
        "rejects": by_line("staging.stg_sales_rejects", lambda r: (r["reasons"], text(r))),
        "quality": {
            r["event_date"]: (r["raw_rows"], r["clean_rows"], r["reject_rows"], r["publishable"])
            for r in session.read_table("staging.sales_quality")
        },
        "rejects per rule": +Counter(
            {
                (r["event_date"], r["rule"]): r["reject_rows"]
                for r in session.read_table("staging.sales_quality_rules")
            }
        ),
        "fact": by_line("analytics.fact_sales", typed),
        "totals": {
            (r["event_date"], r["currency"]): (r["orders"], r["sales"], r["units"], r["revenue"])
            for r in session.read_table("analytics.fact_sales_days")
        },
        "breakdowns": {
            (r["event_date"], r["currency"], r["breakdown"], r[r["breakdown"]]): (
                *(r["sales"], r["units"], r["revenue"]),
            )
            for r in session.read_table("analytics.fact_sales_breakdowns")
        },
    }
