"""What the pipeline makes of a sample by a mapping, in a DuckDB file that is thrown away again.

Each line stands in the folder of its own day, so that none is rejected for its date alone.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from ecom_assets.landing.folder import FolderZone
from ecom_assets.model.limits import MOST_LATE_DAYS, Limits
from ecom_assets.model.mapping import EventMapping
from ecom_assets.model.reading import EVERY_FILE, Reading
from ecom_assets.model.sales import SALES
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.sampling.files import Sample
from ecom_assets.warehouse.contract import Purpose, Row, Session
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.rows import grouped_by

ANY_DAY = date(2000, 1, 1)
TABLES = (
    *("sales_quality", "sales_quality_fields", "sales_quality_rules", "sales_quality_files"),
    *("sales_order_totals", "stg_sales_clean", "stg_sales_rejects"),
)


@dataclass(frozen=True)
class Staged:
    """What the pipeline makes of a sample by a mapping.

    Attributes:
        mapping: that mapping.
        tables: the rows of tables in STAGING, by their names.
        placed: the numbers of the lines in the folder of each day, in their order.
        days: the days of the sales.
        typed: some sales as they were typed, clean or not.
    """

    mapping: EventMapping
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    placed: Mapping[date, Sequence[int]] = field(default_factory=dict)
    days: Sequence[date] = ()
    typed: Sequence[Row] = ()

    def total(self, count: str, table: str = "sales_quality") -> int:
        """The sum of a count over all rows of a table."""
        return sum(int(row[count]) for row in self.tables.get(table, ()))

    def line_of(self, row: Row) -> int:
        """The sample's line that a row is about."""
        lines = self.placed[row["event_date"]]
        return lines[int(row["source_row_number"]) - 1]

    @property
    def judged(self) -> int:
        """Sales that no later version replaced."""
        return self.total("sale_rows") - self.total("replaced_rows")

    @property
    def clean_share(self) -> float:
        """Of the judged ones those that break no rule; 0 of none."""
        return self.total("clean_rows") / self.judged if self.judged else 0.0

    @property
    def filled(self) -> Mapping[str, float]:
        """The share of the sales that have each field."""
        shares = {}
        for name, rows in grouped_by("field", self.tables.get("sales_quality_fields", ())).items():
            filled = sum(row["filled_rows"] for row in rows)
            lacking = sum(row["absent_rows"] + row["unfit_rows"] for row in rows)
            shares[name] = filled / (filled + lacking) if filled else 0.0
        return shares

    @property
    def fits(self) -> bool:
        """Whether this is a mapping for such lines: of the sales at least half are clean. Repeats
        do not count, for they say nothing of a mapping."""
        once = {rule.name for rule in SALES.rules if rule.scope == "day" and rule.counts}
        repeats = sum(
            int(row["reject_rows"])
            for row in self.tables.get("sales_quality_rules", ())
            if row["rule"] in once
        )
        return 0 < self.total("clean_rows") >= (self.judged - repeats) / 2

    @property
    def rank(self) -> tuple[bool, float, int]:
        """Of two mappings the better one has the higher rank."""
        return (self.fits, self.clean_share, sum(map(bool, self.filled.values())))


def stage(sample: Sample, mappings: Sequence[EventMapping], reading: Reading) -> Sequence[Staged]:
    """What the pipeline makes of a sample by each mapping, in their order.

    Args:
        sample: the lines.
        mappings: ways to read them.
        reading: how all else is read.
    """
    moments = _moments(sample, mappings, reading)
    return [
        _staged(sample, mapping, reading, moments[mapping])
        if any(moments[mapping].values()) or (len(mappings) == 1 and moments[mapping])
        else Staged(mapping)
        for mapping in mappings
    ]


Days = Mapping[int, date | None]
"""By the number of each line that is a sale, its local day."""


def _moments(
    sample: Sample, mappings: Sequence[EventMapping], reading: Reading
) -> Mapping[EventMapping, Days]:
    """The days of the sales by each mapping, all found by one staging."""
    names = {f"{n}.jsonl": mapping for n, mapping in enumerate(mappings)}
    files = {(ANY_DAY, name): sample.lines for name in names}
    zone = ZoneInfo(reading.time_zone)
    found: dict[EventMapping, dict[int, date | None]] = {m: {} for m in mappings}
    read = replace(reading, mappings=tuple(names.items()))
    with tempfile.TemporaryDirectory() as folder, _session(Path(folder), read, files) as session:
        stage_days(session, EventDays(ANY_DAY, ANY_DAY), _limits(read, ANY_DAY), run_id="sample")
        for row in session.read_table("parsed_sales"):
            if row["is_sale"]:
                mapping = names[row["source_filename"].rpartition("/")[2]]
                moment = row["event_ts"] and row["event_ts"].replace(tzinfo=UTC)
                days = found[mapping]
                days[row["source_row_number"]] = moment and moment.astimezone(zone).date()
    return found


def _staged(sample: Sample, mapping: EventMapping, reading: Reading, days: Days) -> Staged:
    """A sample with each line in the folder of its day; one without goes to the commonest."""
    common = Counter(day or ANY_DAY for day in days.values()).most_common(1)[0][0]
    placed: dict[date, list[int]] = {}
    for number in range(1, len(sample.lines) + 1):
        placed.setdefault(days.get(number) or common, []).append(number)
    read = replace(reading, mappings=((EVERY_FILE, mapping),))
    files = {
        (day, "sample.jsonl"): [sample.lines[n - 1] for n in numbers]
        for day, numbers in placed.items()
    }
    with tempfile.TemporaryDirectory() as folder, _session(Path(folder), read, files) as session:
        for some in _together(sorted(placed)):
            stage_days(session, some, _limits(read, min(placed)), run_id="sample")
        return Staged(
            mapping,
            {name: session.read_table(f"staging.{name}") for name in TABLES},
            placed,
            sorted({day for day in days.values() if day}),
            [row for row in session.read_table("parsed_sales") if row["is_sale"]],
        )


@contextmanager
def _session(
    folder: Path, reading: Reading, files: Mapping[tuple[date, str], Sequence[str]]
) -> Iterator[Session]:
    """A warehouse of its own that has loaded these files."""
    for (day, name), lines in files.items():
        file = folder / "landing" / f"dt={day}" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines), encoding="utf-8")
    warehouse = DuckDBWarehouse(folder / "sample.duckdb", reading=reading)
    days = EventDays(min(day for day, _ in files), max(day for day, _ in files))
    with warehouse.session(Purpose("sample", "sample"), print) as session:
        load_new_files(session, FolderZone(folder / "landing"), days, run_id="sample", log=print)
        yield session


def _limits(reading: Reading, first: date) -> Limits:
    return Limits(first, 0, Decimal(1), Decimal(1), hide_values=False, reading=reading)


def _together(days: Sequence[date]) -> Iterator[EventDays]:
    """Ranges that hold all these days, and no long time without any."""
    first = last = days[0]
    for day in days[1:]:
        if day - last > timedelta(days=MOST_LATE_DAYS):
            yield EventDays(first, last)
            first = day
        last = day
    yield EventDays(first, last)
