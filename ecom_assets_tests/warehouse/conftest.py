"""What the warehouse's tests share: RAW and staging without Dagster, compared with the model."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.model import sales
from ecom_assets.model.limits import Limits
from ecom_assets.model.reading import PLAIN, Reading
from ecom_assets.model.stream import Field
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Purpose, Session
from ecom_assets.warehouse.contract import Row as TableRow
from ecom_assets_tests.support.model import (
    REASONS,
    Place,
    Row,
    file_counts,
    judge,
    orders_off,
    unpacked,
)
from ecom_assets_tests.support.model_tables import field_counts
from ecom_assets_tests.support.stacks import (
    FOLDER_DUCKDB,
    S3_SNOWFLAKE,
    Stack,
    folder_stack,
)
from ecom_assets_tests.torture.report import some

DAY = date(2026, 1, 5)

ENGINES = [FOLDER_DUCKDB, S3_SNOWFLAKE]
AT_LENGTH = pytest.mark.parametrize(
    "staging_on_both", some(FOLDER_DUCKDB, of=ENGINES), indirect=True
)
"""For tests on `staging_on_both` whose statements Snowflake is sent by others of the short form."""

Staged = tuple[date, str, int, int]
"""Where a row of staging came from: its event date, its line's file and number there, its item."""


def good(number: int | str = 1, /, day: date = DAY, **fields: Any) -> dict[str, Any]:
    """The least event that breaks no rule, with other values in some fields."""
    event = {"event_id": f"e{number}", "event_ts": day.isoformat()}
    return {**event, "quantity": 1, "total_amount": 1, **fields}


def jsonl(*lines: Mapping[str, Any] | str) -> bytes:
    """A file of events and lines of text."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return "".join(f"{text}\n" for text in texts).encode()


class Staging:
    """A landing zone and an open warehouse.

    Attributes:
        place: where the landing zone is.
        late_days: how many days late an event may arrive.
        mappings: how files are read; the session was opened with the same.
    """

    def __init__(self, stack: Stack, session: Session, reading: Reading = PLAIN) -> None:
        self._stack = stack
        self.mappings = reading.mappings
        self._session = session
        self._reading = reading
        self.place = stack.zone.url
        self._files: dict[str, bytes] = {}
        self._damaged: set[str] = set()
        self._loaded: dict[str, bytes] = {}
        self._staged: dict[date, dict[Place, Row]] = {}  # each day as last staged
        self._run: set[date] = set()  # days that were asked for, and not only staged along
        self.late_days = 0

    def land(self, name: str, content: bytes) -> None:
        """Put a file into the landing zone."""
        self._stack.put(name, content)
        unpacked_content = unpacked(name, content)
        self._files[name] = unpacked_content or b""
        self._damaged.discard(name)
        if unpacked_content is None:
            self._damaged.add(name)

    def run(self, first: date = DAY, last: date | None = None) -> dict[tuple[str | int, ...], str]:
        """Load and split some days; see that every line of all days that were ever staged is where
        the model says.

        Returns: the reasons of each sale of these days, empty for a clean one, by its file and
            line; of a further sale of a line by its item as well.
        """
        days = EventDays(first, last or first)
        self.load_and_split(days.first, days.last)
        wanted = self.expected(days)
        self.compare(wanted)
        return {
            (file, line, *([item] if item > 1 else [])): row.reasons
            for (day, file, line, item), row in wanted.items()
            if row.is_sale and days.first <= day <= days.last
        }

    def expected(self, days: EventDays) -> dict[Staged, Row]:
        """What the model says of all days, now that these were staged; with them the days before
        that their files touch."""
        self._run |= set(days.days)
        late = timedelta(days=self.late_days)
        lines = self._judged(days.first - late, days.last + late)
        own = {str(day) for day in days.days}
        before = {day: rows for day, rows in self._staged.items() if day < days.first}
        touched = {row.event_date for (name, *_), row in lines.items() if name[3:13] in own} | {
            day for day, rows in before.items() if own & {name[3:13] for name, *_ in rows}
        }
        for day in {*days.days, *(day for day in touched if day < days.first)}:
            self._staged[day] = self._judged(day, day)
        return {
            (row.event_date, *place): row
            for rows in self._staged.values()
            for place, row in rows.items()
        }

    def _judged(self, first: date, last: date) -> dict[Place, Row]:
        return judge(
            self._loaded,
            first,
            last,
            late_days=self.late_days,
            time_zone=self._reading.time_zone,
            mappings=self.mappings,
        )

    def load_and_split(self, first: date, last: date) -> None:
        """Load the files of these days, and of the later ones that late events are in; split."""
        self.load(first, date.fromordinal(last.toordinal() + self.late_days))
        stage_days(self._session, EventDays(first, last), self.limits, run_id="test")

    @property
    def limits(self) -> Limits:
        reading = Reading(mappings=self.mappings) if self.mappings else None
        return Limits(
            date(1, 1, 1),
            self.late_days,
            Decimal(1),
            Decimal(1),
            hide_values=False,
            reading=reading,
        )

    def load(self, first: date, last: date | None = None) -> None:
        """Load the files of these days, and nothing more."""
        days = EventDays(first, last or first)
        load_new_files(self._session, self._stack.zone, days, run_id="test", log=_fail)
        self._loaded |= {
            name: content
            for name, content in self._files.items()
            if str(days.first) <= name[3:13] <= str(days.last)
        }

    def table(self, name: str) -> Sequence[TableRow]:
        return self._session.read_table(name)

    def compare(self, wanted: Mapping[Staged, Row]) -> None:
        """See that clean, rejects and their counts are what the model says."""
        clean, rejects = self.staged()
        assert not clean.keys() & rejects.keys(), "a sale in both tables"
        sold = {place: row for place, row in wanted.items() if row.is_sale}
        staged = clean.keys() | rejects.keys()
        lost = [f"{at}\n{sold[at].line[:2_000]}" for at in sorted(sold.keys() - staged)]
        assert not lost, "\n".join(lost[:9])
        more = [f"{at}\n{wanted[at].line if at in wanted else ''}" for at in staged - sold.keys()]
        assert not more, "\n".join(more[:9])
        found = {place: differences(row, clean, rejects, place) for place, row in sold.items()}
        wrong = [f"{at}: {said}\n{wanted[at].line[:5_000]!r}" for at, said in found.items() if said]
        assert not wrong, "\n".join(wrong[:9])
        self._compare_counts(list(wanted.values()))
        self._compare_files({place[1:]: row for place, row in wanted.items()})

    def staged(self) -> tuple[dict[Staged, TableRow], dict[Staged, TableRow]]:
        """The rows in clean and in rejects, each sale of a day once."""
        tables: list[dict[Staged, TableRow]] = []
        for name in ("staging.stg_sales_clean", "staging.stg_sales_rejects"):
            rows = self.table(name)
            by_place = {
                (
                    *(r["event_date"], r["source_filename"]),
                    *(r["source_row_number"], r["source_item_number"]),
                ): r
                for r in rows
            }
            assert len(by_place) == len(rows), f"a sale twice in {name}"
            tables.append(by_place)
        return tables[0], tables[1]

    def _compare_counts(self, wanted: Sequence[Row]) -> None:
        quality = {r["event_date"]: r for r in self.table("staging.sales_quality")}
        rules = {(r["event_date"], r["rule"]): r for r in self.table("staging.sales_quality_rules")}
        counted_fields = self.table("staging.sales_quality_fields")
        fields = {(row["event_date"], row["field"]): row for row in counted_fields}
        assert len(fields) == len(counted_fields) == len(quality) * len(sales.SALES.fields)
        assert quality.keys() == self._staged.keys()
        assert len(quality) == len(self.table("staging.sales_quality"))
        for day, counted in quality.items():
            of_lines = [row for row in wanted if row.event_date == day]
            rows = [row for row in of_lines if row.is_sale]
            bad = [row for row in rows if row.broken]
            assert counted["raw_rows"] == sum(row.item == 1 for row in of_lines)
            assert counted["other_rows"] == len(of_lines) - len(rows)
            assert counted["sale_rows"] == len(rows)
            assert counted["clean_rows"] == len(rows) - len(bad)
            assert counted["reject_rows"] == len(bad)
            assert counted["replaced_rows"] == sum(row.is_replaced for row in bad)
            arrivals = EventDays(day, date.fromordinal(day.toordinal() + self.late_days))
            of_day = tuple(f"dt={arrival}/" for arrival in arrivals.days)
            is_whole = not any(n.startswith(of_day) for n in self._damaged)
            assert counted["publishable"] == (is_whole and day in self._run)
            certain = sum(bool(row.rounded) for row in rows)
            perhaps = sum(bool(row.perhaps_rounded) for row in rows)
            assert 0 <= counted["rounded_rows"] - certain <= perhaps
            for name, (filled, absent, unfit) in field_counts(rows).items():
                of_field = fields[day, name]
                assert of_field["filled_rows"] == filled, name
                assert of_field["absent_rows"] == absent, name
                assert of_field["unfit_rows"] == unfit, name
                certain = sum(name in row.rounded for row in rows)
                perhaps = sum(name in row.perhaps_rounded for row in rows)
                assert 0 <= of_field["rounded_rows"] - certain <= perhaps, name
            firsts = Counter(row.broken[0] for row in bad)
            alls = Counter(rule for row in bad for rule in row.broken)
            for rule in REASONS:
                of_rule = rules[day, rule]
                assert of_rule["reject_rows"] == firsts[rule], rule
                assert of_rule["broken_rows"] == alls[rule], rule

    def _compare_files(self, wanted: Mapping[Place, Row]) -> None:
        counted = self.table("staging.sales_quality_files")
        found = {(row["event_date"], row["source_filename"]): row for row in counted}
        assert len(found) == len(counted)
        of_files = file_counts(wanted)
        assert found.keys() == of_files.keys()
        for key, of_file in of_files.items():
            row = found[key]
            said = (row["line_rows"], row["other_rows"], row["sale_rows"], row["compared_orders"])
            assert said == tuple(vars(of_file).values()), key
        off = {
            (row["event_date"], row["source_filename"], row["source_row_number"]): (
                *(row["stated_amount"], row["counted_amount"]),
            )
            for row in self.table("staging.sales_order_totals")
        }
        assert off == orders_off(wanted)


def differences(
    row: Row,
    clean: Mapping[Staged, TableRow],
    rejects: Mapping[Staged, TableRow],
    place: Staged,
) -> list[str]:
    """In what a line's staged row differs from what the model says."""
    if place in rejects:
        return _reject_differences(row, rejects[place]) + _of_mapping(row, rejects[place])
    staged = clean[place]
    if row.broken:
        return [f"is clean, should be rejected for: {row.reasons} ({row.line[:200]!r})"]
    said = [
        f"{name} is {staged[name]!r}, should be {value!r} ({row.line[:200]!r})"
        for name, value in row.values.items()
        if staged[name] != value
    ]
    if staged["event_date"] != row.event_date:
        said.append(f"lies in {staged['event_date']}, should in {row.event_date}")
    if staged["source_version"] != row.version:
        said.append(f"is version {staged['source_version']}, should be {row.version}")
    return said + _of_mapping(row, staged)


def _of_mapping(row: Row, staged: TableRow) -> list[str]:
    if staged["source"] == row.source:
        return []
    return [f"is read by {staged['source']}, should by {row.source}"]


def _reject_differences(row: Row, staged: TableRow) -> list[str]:
    said = []
    if staged["reasons"] != row.reasons or staged["reason"] != row.reasons.split("; ")[0]:
        line = row.line[:200]
        said.append(f"rejected for {staged['reasons']!r}, should for {row.reasons!r} ({line!r})")
    # an object that names a key twice is JSON to DuckDB and none to Snowflake; kept it is by both
    names_a_key_twice = "json_object" in row.broken and row.line.lstrip().startswith("{")
    if (staged["raw"] is None) == row.is_json and not names_a_key_twice:
        said.append(f"raw is {str(staged['raw'])[:50]!r}; is JSON: {row.is_json}")
    if (staged["raw"], staged["raw_text"]) not in ((row.line, None), (None, row.line)):
        said.append("the line is not kept as it was")
    if staged["event_date"] != row.event_date:
        said.append(f"lies in {staged['event_date']}, should in {row.event_date}")
    return said


def _fail(said: str) -> None:
    raise AssertionError(said)


@contextmanager
def opened_staging(stack: Stack, reading: Reading = PLAIN) -> Iterator[Staging]:
    """Staging on a stack, whose lines are read so."""
    with stack.warehouse.session(Purpose("test", "test"), _fail) as session:
        yield Staging(stack, session, reading)


EVERY_TYPE = replace(
    sales.SALES,
    fields=(*sales.SALES.fields, Field("points", "whole", "For tests: a whole number.")),
)


@pytest.fixture
def every_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream with a field of each type: the shop's sales have no whole number."""
    monkeypatch.setattr(sales, "SALES", EVERY_TYPE)


@pytest.fixture
def staging(every_type: None, tmp_path: Path) -> Iterator[Staging]:
    """An empty landing zone and an empty warehouse: a folder and DuckDB."""
    with opened_staging(folder_stack(tmp_path)) as opened:
        yield opened


@pytest.fixture(params=ENGINES)
def staging_on_both(
    every_type: None, request: pytest.FixtureRequest, stack_of: Callable[[str], Stack]
) -> Iterator[Staging]:
    """An empty landing zone and an empty warehouse, on both engines."""
    with opened_staging(stack_of(request.param)) as opened:
        yield opened
