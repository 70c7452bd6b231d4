"""A day of a million events beside a handwritten script, and ten million beside one million."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.measure import Pairs, Run, paired, run
from benchmarks.project import Shop, land_day
from benchmarks.registry import PEER_SCRIPTS, PROJECT_ROOT, Bench, Figure, Room, figure
from benchmarks.rows.days import empty_graph

DAY = date(2026, 1, 5)
MEMORY_LIMIT = "3400MB"
MB, GB = 1_000_000, 1_000_000_000

TOTALS = """
select
    (select count(*) from raw.raw_sales),
    (select count(*) from raw.raw_sales where raw is null),
    (select sum(row_count) from raw.raw_sales_files),
    (select count(*) from staging.stg_sales_clean),
    (select sum(total_amount) from staging.stg_sales_clean),
    (select count(*) from staging.stg_sales_rejects),
    (select sum(hash(reason, reasons, source_row_number)) from staging.stg_sales_rejects),
    (select count(*) from analytics.fact_sales),
    (select sum(total_amount) from analytics.fact_sales),
    (select sum(hash(event_id, event_ts, quantity, unit_price, currency, source_row_number))
        from analytics.fact_sales)
"""


class Differs(Exception):
    """A peer did not make what the project made, so their times cannot be compared."""


@dataclass(frozen=True)
class Made:
    """A run, and the DuckDB file that came of it."""

    run: Run
    database: Path


@dataclass(frozen=True)
class BigDay:
    """The project and the handwritten script on the same file, with the same result."""

    file: Path
    pairs: Pairs
    ours: Made
    theirs: Made


def landed(room: Room, rows: int) -> Path:
    """A file of that many events, in a landing zone of its own."""
    return land_day(room.folder / f"landing-{rows}", DAY, rows)


def rows_of_a_big_day(room: Room) -> int:
    """A million; a hundred thousand where it has to be quick."""
    return 100_000 if room.quick else 1_000_000


def by_project(room: Room, rows: int, memory_limit: str = "") -> Made:
    """The whole graph for the day, into a new warehouse."""
    landing = landed(room, rows).parent.parent
    shop = Shop(room.new_folder("project"), landing, DAY, memory_limit)
    return Made(shop.run("run", DAY), shop.database)


def by_handwriting(room: Room, rows: int) -> Made:
    """The handwritten script for the day, into a new file."""
    database = room.new_folder("handwritten") / "warehouse.duckdb"
    command = [room.peers, PEER_SCRIPTS / "handwritten.py", landed(room, rows), database]
    return Made(run(command, folder=PROJECT_ROOT), database)


def totals(database: Path) -> Sequence[object]:
    """Counts, sums and fingerprints of the five tables."""
    with duckdb.connect(database, read_only=True) as connection:
        found = connection.execute(TOTALS).fetchone()
    assert found is not None
    return found


def used_bytes(database: Path) -> int:
    """The bytes of a DuckDB file that hold something; the others are free for what comes next."""
    with duckdb.connect(database, read_only=True) as connection:
        said = connection.execute(
            "select block_size * used_blocks from pragma_database_size()"
        ).fetchone()
    assert said is not None
    return int(said[0])


def big_day(room: Room) -> BigDay:
    """The project beside the handwritten script, in pairs; measured once."""

    def measure() -> BigDay:
        rows = rows_of_a_big_day(room)
        file = landed(room, rows)
        made: dict[str, Made] = {}

        def keep(side: str, one: Made) -> Run:
            made[side] = one
            return one.run

        pairs = paired(
            lambda: keep("ours", by_project(room, rows)),
            lambda: keep("theirs", by_handwriting(room, rows)),
            room.pairs(3),
        )
        day = BigDay(file, pairs, made["ours"], made["theirs"])
        ours, theirs = totals(day.ours.database), totals(day.theirs.database)
        if ours != theirs:
            raise Differs(f"the project's tables: {ours}; the handwritten script's: {theirs}")
        return day

    return room.shared("big day", measure)


def beside_handwriting(room: Room) -> Sequence[Figure]:
    pairs = big_day(room).pairs
    dagster = median(empty_graph(room, DAY, DAY, "summary").seconds for _ in range(room.pairs(3)))
    ours, theirs = pairs.medians(lambda one: one.seconds)
    return [
        figure("time", "s", 1, pairs, lambda one: one.seconds, 0.8),
        Figure(
            "time, beside the script and an empty Dagster run",
            f"{ours:.2f} s",
            f"{theirs + dagster:.2f} s",
            ours / (theirs + dagster),
        ),
        figure("peak memory", "GB", GB, pairs, lambda one: one.peak_bytes, 1.5),
        figure("processor time, start included", "s", 1, pairs, lambda one: one.cpu_seconds),
    ]


def on_disk(room: Room) -> Sequence[Figure]:
    day = big_day(room)
    ours, theirs = (used_bytes(made.database) for made in (day.ours, day.theirs))
    given = day.file.stat().st_size
    millions = rows_of_a_big_day(room) / 1_000_000

    def size(value: int) -> str:
        return f"{value / millions / MB:,.0f} MB"

    return [
        Figure("beside the input", size(ours), size(given), ours / given),
        Figure("beside the script's", size(ours), size(theirs), ours / theirs),
    ]


def ten_times_as_much(room: Room) -> Sequence[Figure]:
    rows = rows_of_a_big_day(room)
    pairs = paired(
        lambda: by_project(room, 10 * rows, MEMORY_LIMIT).run,
        lambda: by_project(room, rows, MEMORY_LIMIT).run,
        1,
    )
    return [
        figure("time", "s", 1, pairs, lambda one: one.seconds, 10.5),
        Figure(
            f"peak memory, limit {MEMORY_LIMIT}",
            f"{pairs.ours[0].peak_bytes / GB:.2f} GB",
            "4 GB",
            pairs.ours[0].peak_bytes / (4 * GB),
            1,
        ),
    ]


START_EXCLUDED = (
    "The start of the interpreter and the import of libraries are left out on both sides."
)

BENCHES = [
    Bench(
        "big-day",
        "1,000,000 events of one day, landing to FACT_SALES with all checks, Dagster run included",
        "a hand-written DuckDB script that makes the same five tables from the same file",
        "≤ 0.8 × its time, ≤ 1.5 × its peak memory",
        beside_handwriting,
        f"`benchmarks/peers/handwritten.py`. {START_EXCLUDED} Counts, sums and fingerprints of "
        "the five tables are compared in the same run.",
        "what the script does not do. Timed once by statement, of 22.1 s: parsing with exact "
        "decimals, strict moments and keys that are named twice 5.1 s (a sixth of its processor "
        "time writes its rows into a temporary table, which is read four times), loading 4.3 s (of "
        "its processor time a quarter finds JSON that DuckDB takes and others refuse, a sixth "
        "splits lines, so that no hostile file loses one, and a quarter compresses them), writing "
        "clean and rejects 2.7 s, publishing with the totals and what they changed 2.3 s, testing "
        "the rules on the clean table 1.2 s, counting by rule, file, field and money and finding "
        "duplicates 1.0 s, looking whether each sale is there once 0.5 s, opening and closing the "
        "file for each step 1.3 s, and what is left for the Dagster run itself, the lineage and "
        "the report. Both cores are at work in all of the statements. DuckDB takes the lines apart "
        "faster than Polars: another parser would win little. The row `limits` shows the floor of "
        "each step; the empty Dagster run of the second figure is `benchmarks/peers/noop_graph.py`."
        " Tried, and no faster: comparisons before the expressions on numbers, queries of a CTE "
        "read twice without keeping it, several patterns that begin with a letter each in place of "
        "the one that finds what is no JSON, counting colons to see that no key stands twice.",
        means=(
            "a day of a million events takes some seconds longer than with a script of your "
            "own that makes the same tables, and more processor time. The script has no checks, "
            "no audit, no run in Dagster, and trusts that its lines are what they should be."
        ),
    ),
    Bench(
        "disk",
        "bytes on disk per 1,000,000 events",
        "the input, and the hand-written script's file",
        "none set",
        on_disk,
        "The used blocks of the DuckDB files after the runs of `big-day`.",
    ),
    Bench(
        "ten-million",
        "10,000,000 events of one day (4 GB)",
        "the 1,000,000 run",
        "≤ 10.5 × the time, peak memory under 4 GB",
        ten_times_as_much,
        f"Both with `ECOM_DUCKDB_MEMORY_LIMIT={MEMORY_LIMIT}`; memory is that of the process, of "
        "which DuckDB's is the larger part. With a limit of 4GB it was 4.56 GB.",
    ),
]
