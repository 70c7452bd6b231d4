"""The contract once more: what all tables hold after any steps, in any order, in plain Python.

A step reads the tables that were there before and replaces days of one of them. How a line is
judged is in `model.py`. `Tables` is compared with what is in a warehouse by `found_in`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ecom_assets.model import sales
from ecom_assets.warehouse.contract import Session
from ecom_assets.warehouse.rows import grouped_by_day
from ecom_assets_tests.support.model import (
    REASONS,
    Mappings,
    Place,
    Row,
    file_counts,
    lines_of,
    mark_repeats,
    orders_off,
    parse,
    unpacked,
)

UNIQUE_WITHIN = timedelta(days=7)
MOST_LATE = timedelta(days=31)

Line = tuple[date, str, int, int]
"""A row of staging: its day, its file's name, its line's number there and its own in that."""

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
        first: the first partition.
        late_days: how many days after its event date an event may arrive.
        reject_rate_error: the reject rate above which a day is held.
        also: one more rule, by name: whether a row's values break it.
        mappings: how files are read.
    """

    first: date = date.min
    late_days: int = 0
    reject_rate_error: Decimal = Decimal("0.5")
    also: Mapping[str, Callable[[Mapping[str, Any]], bool]] = field(default_factory=dict)
    mappings: Mappings = ()


@dataclass(frozen=True)
class Staged:
    """A day as it was last staged.

    Attributes:
        rows: its rows, all rules applied; lines that are no sales are among them.
        held_for: why it may not be published; None: it may.
        was_run: whether its own files were asked for, and not only a later day's.
        earliest: the earliest day that an event in its own files could belong to.
        along_with: the first day of the run that staged it for its late events; None: its own.
        number: of the staging; the same for all days staged at once.
    """

    rows: Mapping[Place, Row]
    held_for: str | None
    was_run: bool
    earliest: date
    along_with: date | None
    number: int

    @property
    def counts(self) -> tuple[int, int, int, int, int, int, str | None]:
        """Lines, those that are no sales, sales, clean ones, rejected ones, those of them that a
        later version replaced, and why it is held."""
        lines = sum(row.item == 1 for row in self.rows.values())
        sold = [row for row in self.rows.values() if row.is_sale]
        bad = [row for row in sold if row.broken]
        return (
            *(lines, len(self.rows) - len(sold), len(sold), len(sold) - len(bad), len(bad)),
            *(sum(row.is_replaced for row in bad), self.held_for),
        )

    @property
    def clean(self) -> Mapping[Place, Row]:
        return {place: row for place, row in self.rows.items() if row.is_sale and not row.broken}


@dataclass(frozen=True)
class Tables:
    """What is in a warehouse.

    Attributes:
        loaded: every version of a file that was ever loaded, in order.
        staged: each day as it was last staged.
        published: the clean rows of each day as it was last published, repeats among them.
        audited: which staging that was.
    """

    loaded: tuple[Version, ...] = ()
    staged: Mapping[date, Staged] = field(default_factory=dict)
    published: Mapping[date, Mapping[Place, Row]] = field(default_factory=dict)
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
        """Judge the lines that belong to some days; and to those before them that their files
        touch, now or when these were staged last."""
        lines = [
            (version, number, row)
            for version in self.current.values()
            for number, line in version.lines or ()
            for row in judged(line, version, number, self.late_of(version.day, days, rules))
        ]
        own = set(each(days))
        touched = {row.event_date for version, _, row in lines if version.day in own} | {
            day
            for day, before in self.staged.items()
            if any(Version(name, b"", 0).day in own for name, *_ in before.rows)
        }
        damaged = any(v.lines is None and v.day in own for v in self.current.values())
        touched |= {
            day
            for day, before in self.staged.items()
            if days[0] - self.reach(days, rules) <= day and (damaged or before.held_for == "files")
        }
        number = 1 + max((day.number for day in self.staged.values()), default=0)
        staged = {}
        for day in own | {day for day in touched if day < days[0]}:
            rows = mark_repeats(
                {(v.name, n, row.item): row for v, n, row in lines if row.event_date == day}
            )
            before = self.staged.get(day)
            was_run = day in own or (before is not None and before.was_run)
            earliest = max(rules.first, day - timedelta(days=rules.late_days))
            if day not in own and before is not None:
                earliest = before.earliest
            held = self.held_for(day, days, rows, rules) if was_run else "not run"
            along_with = None if day in own else days[0]
            staged[day] = Staged(rows, held, was_run, earliest, along_with, number)
        return replace(self, staged={**self.staged, **staged})

    def reach(self, days: Days, rules: Rules) -> timedelta:
        """How late an event of a file around some days may be."""
        around = [
            day - staged.earliest
            for day, staged in self.staged.items()
            if days[0] - MOST_LATE <= day <= days[1] + MOST_LATE
        ]
        return max([timedelta(days=rules.late_days), *around])

    def late_of(self, batch_day: date, days: Days, rules: Rules) -> Rules:
        """The rules for a file: to which days its events may belong was decided when its own day
        was judged."""
        judged_before = self.staged.get(batch_day)
        if judged_before is None or days[0] <= batch_day <= days[1]:
            return rules
        return replace(rules, first=judged_before.earliest, late_days=MOST_LATE.days)

    def held_for(
        self, day: date, days: Days, rows: Mapping[Place, Row], rules: Rules
    ) -> str | None:
        """Why a day that was run may not be published."""
        for version in self.current.values():
            of = self.late_of(version.day, days, rules)
            earliest = max(of.first, version.day - timedelta(days=of.late_days))
            if version.lines is None and earliest <= day <= version.day:
                return "files"
        judged = [row for row in rows.values() if row.is_sale and not row.is_replaced]
        rejects = sum(bool(row.broken) for row in judged)
        if rejects > len(judged) * rules.reject_rate_error:
            return "rejects"
        return "money" if rejected_money(judged) > rules.reject_rate_error else None

    def publish(self, days: Days, rules: Rules) -> "Tables":
        """Replace what is published of some days by their clean rows, but for those that are held;
        and of the days before them that were staged along with one of them since."""
        along = [
            day
            for day, staged in self.staged.items()
            if day < days[0]
            and staged.along_with is not None
            and days[0] <= staged.along_with <= days[1]
            and self.audited.get(day) != staged.number
        ]
        free = [
            day
            for day in [*along, *each(days)]
            if day in self.staged
            and self.staged[day].held_for is None
            and not self.is_stale(day, rules)
        ]
        return replace(
            self,
            published={**self.published, **{day: self.staged[day].clean for day in free}},
            audited={**self.audited, **{day: self.staged[day].number for day in free}},
        )

    def is_stale(self, day: date, rules: Rules) -> bool:
        """Whether clean rows of a day break the rules of now: by one more rule, or because the
        file now has no object in their place."""
        for (name, number, _), row in self.staged[day].clean.items():
            if any(breaks(row.values) for breaks in rules.also.values()):
                return True
            version = self.current[name]
            line = dict(version.lines or ()).get(number)
            if line is not None and any(
                {"json_object", "items_present"} & set(now.broken)
                for now in judged(line, version, number, rules)
            ):
                return True
        return False

    # ---- what is in the tables

    def rows(self) -> Mapping[Line, Row]:
        """All sales in staging."""
        return {
            (day, *place): row
            for day, staged in self.staged.items()
            for place, row in staged.rows.items()
            if row.is_sale
        }

    def repeats(self) -> Mapping[Line, Line]:
        """The published rows that repeat one of the seven days before, and which one. That one may
        be a repeat itself."""
        found: dict[Line, Line] = {}
        last: dict[Any, Line] = {}  # of each id: its last row so far
        for day in sorted(self.published):
            for place, row in self.published[day].items():
                before = last.get(row.values["event_id"])
                if before is not None and day - before[0] <= UNIQUE_WITHIN:
                    found[day, *place] = before
                last[row.values["event_id"]] = (day, *place)
        return found

    def facts(self) -> Mapping[Line, Row]:
        """The published rows that repeat none."""
        repeats = self.repeats()
        return {
            (day, *place): row
            for day, of_day in self.published.items()
            for place, row in of_day.items()
            if (day, *place) not in repeats
        }

    def shown(self) -> Mapping[str, Any]:
        """The tables, in the form of `found_in`."""
        rows = self.rows()
        names = {**REASONS, **dict.fromkeys(("also",), "Also")}
        facts = self.facts()
        empty = self.published.keys() - {line[0] for line in facts}
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
            "clean": {line: values(row) for line, row in rows.items() if not row.broken},
            "rejects": {
                line: ("; ".join(names[rule] for rule in row.broken) + row.known_keys, row.line)
                for line, row in rows.items()
                if row.broken
            },
            "quality": {day: staged.counts for day, staged in self.staged.items()},
            "files": {
                key: tuple(vars(counts).values())
                for staged in self.staged.values()
                for key, counts in file_counts(staged.rows).items()
            },
            "orders": {
                key: amounts
                for staged in self.staged.values()
                for key, amounts in orders_off(staged.rows).items()
            },
            "rejects per rule": +per_rule,
            "fields": {day: field_counts(of.rows.values()) for day, of in self.staged.items()},
            "fact": {line: values(row) for line, row in facts.items()},
            "totals": {**totals(facts)} | {(day, None): (0, 0, 0, 0) for day in empty},
            "recorded": totals(facts),
            "repeats": {
                line: (self.published[line[0]][line[1:]].values["event_id"], *earlier)
                for line, earlier in self.repeats().items()
            },
            "as staged": {
                day for day, number in self.audited.items() if number == self.staged[day].number
            },
            "breakdowns": breakdowns(facts),
        }


def judged(line: str, version: Version, number: int, rules: Rules) -> Sequence[Row]:
    """The sales of a line, each judged by itself."""
    rows = parse(
        *(line, version.day, rules.late_days, rules.first),
        file=version.name,
        number=number,
        mappings=rules.mappings,
    )
    return [_judged_also(row, rules) for row in rows]


def _judged_also(row: Row, rules: Rules) -> Row:
    if {"json_object", "items_present"} & set(row.broken) or not row.is_sale:
        return row  # there are no values
    also = tuple(name for name, breaks in rules.also.items() if breaks(row.values))
    return replace(row, broken=(*row.broken, *also))


def field_counts(rows: Iterable[Row]) -> Mapping[str, tuple[int, int, int]]:
    """Of each field, how many sales in objects have it, lack it, or hold something else there."""
    objects = [row for row in rows if row.values and row.is_sale]
    return {
        field.name: (
            sum(field.name not in row.absent | row.unfit for row in objects),
            sum(field.name in row.absent for row in objects),
            sum(field.name in row.unfit for row in objects),
        )
        for field in sales.SALES.fields
    }


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
    for name in sales.SALES.breakdowns:

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


def rejected_money(judged: Sequence[Row]) -> Fraction:
    """The share of the revenue that is in rejects, in millionths: that of each currency, weighed by
    the sales whose amount is known and more than nothing."""
    groups: dict[Any, list[tuple[Fraction, bool]]] = {}
    for row in judged:
        currency, amount = row.values.get("currency"), row.values.get("total_amount")
        if currency is not None and isinstance(amount, Decimal) and amount > 0:
            groups.setdefault(currency, []).append((Fraction(amount), bool(row.broken)))
    weighed = Fraction(0)
    for amounts in groups.values():
        lost = sum((amount for amount, is_broken in amounts if is_broken), Fraction(0))
        weighed += len(amounts) * lost / sum(amount for amount, _ in amounts)
    return round(weighed / (sum(map(len, groups.values())) or 1), 6)


def values(row: Row) -> Mapping[str, Any]:
    read_by = {"source": row.source, "source_version": row.version}
    return {**row.values, **read_by, "allowed_rules": None}


def each(days: Days) -> Sequence[date]:
    return [days[0] + timedelta(days=n) for n in range((days[1] - days[0]).days + 1)]


def breaches(found: Mapping[str, Any]) -> list[str]:
    """Where the tables break what must hold at every commit, asked of nothing but themselves: no
    event is in FACT_SALES twice within seven days, and every clean event of a day that is published
    as it is staged is there, or through a chain of repeats an earlier one with its id.

    Args:
        found: of `found_in`.
    """
    wrong = []
    days: dict[Any, list[date]] = {}
    for line, row in sorted(found["fact"].items()):
        before = days.setdefault(row["event_id"], [])
        if before and line[0] - before[-1] <= UNIQUE_WITHIN:
            wrong.append(f"{row['event_id']} is there on {before[-1]} and on {line[0]}")
        before.append(line[0])
    for line, row in found["clean"].items():
        if line[0] in found["as staged"] and not _is_kept(line, row["event_id"], found):
            wrong.append(f"{row['event_id']} of {line} has vanished")
    return wrong


def _is_kept(line: Line, event_id: Any, found: Mapping[str, Any]) -> bool:
    while line not in found["fact"]:
        if line not in found["repeats"]:
            return False
        its_id, *earlier = found["repeats"][line]
        gap = line[0] - earlier[0]
        if its_id != event_id or not timedelta(0) < gap <= UNIQUE_WITHIN:
            return False
        line = (earlier[0], earlier[1], earlier[2], earlier[3])
    return bool(found["fact"][line]["event_id"] == event_id)


def unjudged(found: Mapping[str, Any], landed: Iterable[Version], days: Days) -> list[str]:
    """After a run of some days: lines of their files that are not in clean or rejects of exactly
    one day, and days of such lines that are neither published as staged nor said to be held."""
    sold = Counter(line[1:] for table in ("clean", "rejects") for line in found[table])
    wrong = [f"{at}: {count} times" for at, count in sold.items() if count > 1]
    lines = Counter(name for name, number in {place[:2] for place in sold})
    for (_, name), (_, others, *_) in found["files"].items():
        lines[name] += others
    for version in landed:
        is_of_days = days[0] <= version.day <= days[1]
        if is_of_days and lines[version.name] != len(version.lines or ()):
            wrong.append(f"{version.name}: {lines[version.name]} lines are judged")
    own = {version.name for version in landed if days[0] <= version.day <= days[1]}
    for table in ("clean", "rejects"):
        for day, name, *_ in found[table]:
            if name in own and day not in found["as staged"] and not found["quality"][day][-1]:
                wrong.append(f"{day} is not published, and nothing says why")
    return wrong


def known_at(session: Session, moment: datetime) -> Mapping[Any, Any]:
    """Orders, sales, units and revenue of each day and currency, as FACT_SALES_CHANGES has them of
    a moment."""
    return {
        (r["event_date"], r["currency"]): (r["orders"], r["sales"], r["units"], r["revenue"])
        for r in session.run("analytics/revenue_by_day_as_of", as_of=moment)
    }


def found_in(session: Session) -> Mapping[str, Any]:
    """What a warehouse holds, but for load ids, run ids and times of work."""

    def by_line(table: str, value: Callable[[Mapping[str, Any]], Any]) -> Mapping[Line, Any]:
        rows = session.read_table(table)
        found = {
            (
                *(r["event_date"], r["source_filename"]),
                *(r["source_row_number"], r["source_item_number"]),
            ): value(r)
            for r in rows
        }
        assert len(found) == len(rows), f"a sale twice in {table}"
        return found

    def typed(row: Mapping[str, Any]) -> Mapping[str, Any]:
        lineage = {"event_date", "source_filename", "source_row_number", "source_item_number"}
        return {n: v for n, v in row.items() if n not in lineage and n != "ingestion_ts"}

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
            r["event_date"]: (
                *(r["raw_rows"], r["other_rows"], r["sale_rows"], r["clean_rows"]),
                *(r["reject_rows"], r["replaced_rows"], r["held_for"]),
            )
            for r in session.read_table("staging.sales_quality")
        },
        "files": {
            (r["event_date"], r["source_filename"]): (
                *(r["line_rows"], r["other_rows"], r["sale_rows"], r["compared_orders"]),
            )
            for r in session.read_table("staging.sales_quality_files")
        },
        "orders": {
            (r["event_date"], r["source_filename"], r["source_row_number"]): (
                *(r["stated_amount"], r["counted_amount"]),
            )
            for r in session.read_table("staging.sales_order_totals")
        },
        "rejects per rule": +Counter(
            {
                (r["event_date"], r["rule"]): r["reject_rows"]
                for r in session.read_table("staging.sales_quality_rules")
            }
        ),
        "fields": {
            day: {r["field"]: (r["filled_rows"], r["absent_rows"], r["unfit_rows"]) for r in rows}
            for day, rows in grouped_by_day(
                session.read_table("staging.sales_quality_fields")
            ).items()
        },
        "fact": by_line("analytics.fact_sales", typed),
        "repeats": by_line(
            "staging.stg_sales_repeats",
            lambda r: (
                *(r["event_id"], r["earlier_event_date"]),
                *(r["earlier_filename"], r["earlier_row_number"], r["earlier_item_number"]),
            ),
        ),
        "as staged": {
            published["event_date"]
            for published in session.read_table("analytics.fact_sales_days")
            for staged in session.read_table("staging.sales_quality")
            if (published["event_date"], published["staged_at"])
            == (staged["event_date"], staged["evaluated_at"])
        },
        "totals": {
            (r["event_date"], r["currency"]): (r["orders"], r["sales"], r["units"], r["revenue"])
            for r in session.read_table("analytics.fact_sales_days")
        },
        "recorded": known_at(session, datetime(9999, 1, 1)),
        "breakdowns": {
            (r["event_date"], r["currency"], r["breakdown"], r[r["breakdown"]]): (
                *(r["sales"], r["units"], r["revenue"]),
            )
            for r in session.read_table("analytics.fact_sales_breakdowns")
        },
    }
