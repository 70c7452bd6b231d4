"""A day of a million events beside what else a user might take, each as its authors advise.

Every peer reads the same file; what it makes is compared with the project's tables, as far as it
makes them. The scripts stand in `peers/`, in the order of the document.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from benchmarks.measure import Pairs, Run, paired, run
from benchmarks.registry import PEER_SCRIPTS, Bench, Figure, Room, figure
from benchmarks.rows.big_day import (
    GB,
    START_EXCLUDED,
    Differs,
    by_project,
    landed,
    rows_of_a_big_day,
)

FOUND = {
    "raw": "select count(*) from raw.raw_sales",
    "clean": "select count(*) from staging.stg_sales_clean",
    "revenue": "select cast(sum(total_amount) as double) from staging.stg_sales_clean",
    "rejects": "select count(*) from staging.stg_sales_rejects",
    "reasons": """
        select map_from_entries(list((reasons, rows)))
        from (select reasons, count(*) as rows from staging.stg_sales_rejects group by reasons)
    """,
    "fact": "select count(*) from analytics.fact_sales",
}
"""What is compared, and the query that finds it in a DuckDB file."""


def found(database: Path, names: Sequence[str] = tuple(FOUND)) -> Mapping[str, object]:
    """Rows, revenue to the cent, and rows by reason, as far as they are asked for."""
    with duckdb.connect(database, read_only=True) as connection:
        told = {name: connection.execute(FOUND[name]).fetchall()[0][0] for name in names}
    return {name: _to_the_cent(value) for name, value in told.items()}


def _to_the_cent(value: object) -> object:
    return round(value, 2) if isinstance(value, float) else value


def beside(
    room: Room,
    script: str,
    *arguments: str,
    rows: int | None = None,
    compared: Sequence[str] = tuple(FOUND),
) -> Pairs:
    """The project and a peer on the same file, in pairs.

    Args:
        room: where.
        script: of the peer; it is given the file, and the path of what it makes: a DuckDB file, or
            a folder, whose contents it then tells of itself.
        arguments: for the script, behind those.
        rows: of the file, if not those of a big day.
        compared: what must be the same on both sides.

    Raises:
        Differs: it is not.
    """
    rows = rows or rows_of_a_big_day(room)
    file = landed(room, rows)
    results: dict[str, Mapping[str, object]] = {}

    def ours() -> Run:
        made = by_project(room, rows)
        results["the project"] = found(made.database, compared)
        shutil.rmtree(made.database.parent)
        return made.run

    def theirs() -> Run:
        folder = room.new_folder(script)
        output = folder / "made"
        command = [room.peers, PEER_SCRIPTS / f"{script}.py", file, output]
        one = run(
            [*map(str, command), *arguments],
            folder=folder,
            environment={"DLT_DATA_DIR": str(folder)},
        )
        told = found(output, compared) if output.is_file() else one.said
        results[script] = {name: _to_the_cent(told[name]) for name in compared}
        shutil.rmtree(folder)
        return one

    pairs = paired(ours, theirs, room.pairs(3))
    if results["the project"] != results[script]:
        raise Differs("; ".join(f"{side} made {made}" for side, made in results.items()))
    return pairs


def compare(pairs: Pairs, way: str = "") -> Sequence[Figure]:
    """Time and memory."""
    return [
        figure(f"time{way}", "s", 1, pairs, lambda one: one.seconds),
        figure(f"peak memory{way}", "GB", GB, pairs, lambda one: one.peak_bytes),
    ]


def times_faster(what: str, reach: float, pairs: Pairs) -> Figure:
    """How many times the project's time the peer takes."""
    ours, theirs = pairs.medians(lambda one: one.seconds)
    ratio = Pairs(pairs.theirs, pairs.ours).ratio(lambda one: one.seconds)
    return Figure(what, f"{ours:.1f} s", f"{theirs:.1f} s", ratio, reach, "least")


def beside_polars(room: Room) -> Sequence[Figure]:
    return [
        *compare(beside(room, "polars_split", "in-memory")),
        *compare(beside(room, "polars_split", "streaming"), ", by its streaming engine"),
    ]


def beside_dlt(room: Room) -> Sequence[Figure]:
    # as rows it takes minutes for a million; the project's start weighs more in fewer
    fewer = rows_of_a_big_day(room) // 10
    by_rows = beside(room, "dlt_load", "rows", rows=fewer, compared=["raw"])
    by_arrow = beside(room, "dlt_load", "arrow", compared=["raw"])
    return [
        times_faster(f"time, as rows; {fewer:,} events", 25, by_rows),
        times_faster("time, as Arrow tables", 25, by_arrow),
    ]


def beside_pandas(room: Room) -> Sequence[Figure]:
    pairs = beside(room, "pandas_split", compared=["clean", "revenue", "reasons"])
    return [times_faster("time", 4, pairs)]


EVENTS = "1,000,000 events of one day, as above"
COMPARED = (
    f"{START_EXCLUDED} Compared in the same run: rows of each table, revenue to the cent, and how "
    "many rows each reason rejects."
)
"""Of a peer that makes what the project makes, but for the ledger of files."""

BENCHES = [
    Bench(
        "naive",
        EVENTS,
        "a first DuckDB script: `read_ndjson` into a table, `where` for the rules",
        "none set",
        lambda room: compare(beside(room, "naive")),
        f"`benchmarks/peers/naive.py`. {COMPARED} The script does less: columns are what DuckDB "
        "infers from the first lines, unit prices are doubles, and of a line that is no JSON "
        "nothing is kept but that it was there.",
        "loading and parsing are one pass in the script, for it does not keep the lines. The "
        "project writes them down as they came, parses them from there with exact decimals, tests "
        "what it wrote, and has a Dagster run around it.",
        means=(
            "for one look at a file that you trust, take the script. With this project a "
            "day can be judged again by new rules, a broken line can be read, a file that comes "
            "again replaces its first version, and nothing is published that the checks hold back."
        ),
    ),
    Bench(
        "polars",
        EVENTS,
        "a Polars script that writes RAW, both halves and the fact table as Parquet files",
        "none set",
        beside_polars,
        f"`benchmarks/peers/polars_split.py`, lazy, with its types declared, by either engine. "
        f"{COMPARED} The script does less: four files in place of tables, so no transaction and "
        "no earlier days; a line that is broken inside stops it; numbers in quotes are rejected.",
        "Polars parses JSON lines and writes Parquet on all cores, straight from the text to typed "
        "columns. The project keeps each line in a database first, parses it again from there, "
        "and tests what it published.",
        means=(
            "if Parquet files are what you want and each day's file is well-meant, such a "
            "script is hard to beat, and its streaming engine does it in less memory. Replays, "
            "late files, decisions and checks are then yours to write."
        ),
    ),
    Bench(
        "dbt",
        EVENTS,
        "dbt-duckdb: incremental models with tests",
        "none set",
        lambda room: compare(beside(room, "dbt_build")),
        "`benchmarks/peers/dbt_build.py` and the project in `benchmarks/peers/dbt_shop`: `dbt "
        f"build` with five models and nine tests, parsed before. {COMPARED} It is dbt-core 1.11, "
        "for at its installation 1.12 fetches a program that is not on PyPI. It does less: nothing "
        "finds the day's files or notes which version of them is loaded, and rows that fail a test "
        "stay in the table that it looks at.",
        "the models are the statements of the hand-written script, the rows written once more on "
        "their way; around them dbt has a transaction for each model and a query for each test. "
        "The project has a stricter parser, a ledger, totals, more checks and a Dagster run.",
        means=(
            "if your events are in the warehouse already and your team writes dbt, stay "
            "with dbt. What you gain here is the way in: files that arrive late, twice or broken, "
            "a state and a history for each day, and rejects that can be decided on."
        ),
    ),
    Bench(
        "sqlmesh",
        EVENTS,
        "SQLMesh on DuckDB: models by time range, with audits",
        "none set",
        lambda room: compare(beside(room, "sqlmesh_plan")),
        "`benchmarks/peers/sqlmesh_plan.py` and the project in `benchmarks/peers/sqlmesh_shop`: "
        "the first plan for the day, applied, five models with six audits, loaded before. "
        f"{COMPARED} Its state is in a DuckDB file of its own, as its documentation advises, and "
        "must be: with DuckDB 2.0.0 a plan fails where audits and state share a connection. It is "
        "SQLMesh 0.228.4, as newer ones ask for pandas below 3, and the row `pandas` for pandas 3. "
        "It does less: nothing finds the day's files or notes which version of them is loaded.",
        "the models are the statements of the hand-written script, the rows written once more on "
        "their way; SQLMesh makes tables of versions, points views to them and records what is "
        "filled. The project has a stricter parser, a ledger, totals, more checks and a Dagster "
        "run.",
        means=(
            "filled days, audits that stop what follows, and environments come with SQLMesh "
            "as well. What you gain here is the way in: files that arrive late, twice or broken, "
            "rejects that can be decided on, and each day in Dagster's UI."
        ),
    ),
    Bench(
        "clickhouse",
        EVENTS,
        "ClickHouse in one process (chdb), into MergeTree tables",
        "none set",
        lambda room: compare(beside(room, "clickhouse")),
        f"`benchmarks/peers/clickhouse.py`. {COMPARED} The script does less: a number with more "
        "than four decimal places is cut and not rounded, a moment is taken in any form that "
        "begins with a date, and nothing is one transaction.",
        "ClickHouse parses JSON with simdjson on all cores and writes sorted columns without a "
        "transaction. It is made for such loads, and for one query at a time over much data.",
        means=(
            "if ClickHouse is your warehouse, this project does not write to it. If speed is "
            "all that you want, chdb has it; a day that fails halfway is yours to clean up."
        ),
    ),
    Bench(
        "dlt",
        EVENTS,
        "dlt loading the same file into DuckDB (raw only)",
        "≥ 25 × faster",
        beside_dlt,
        "`benchmarks/peers/dlt_load.py`, tuned as dlt's page on performance tells, in two ways. "
        f"{START_EXCLUDED} The number of lines is compared.",
        "dlt does far less here: it loads RAW and judges nothing. As rows it normalizes each value "
        "in Python. As Arrow tables it hands whole lines from one library to the next, faster than "
        "this project, whose own loading is a quarter of its time, gets through all of its steps.",
        means=(
            "if lines in a table are all that you want, dlt by Arrow has them there before "
            "this project has published them. As rows it takes longer than the project."
        ),
    ),
    Bench(
        "pandas",
        EVENTS,
        "a pandas script doing the same split",
        "≥ 4 × faster",
        beside_pandas,
        f"`benchmarks/peers/pandas_split.py`, whose counts, reasons and revenue are compared with "
        f"the project's. {START_EXCLUDED}",
        "the script holds the whole day in memory and writes two Parquet files: no RAW, no ledger, "
        "no totals, no checks, no transaction.",
        means=(
            "speed is no reason to take this project instead of such a script. That a day "
            "need not fit into memory, and what the script does not do, may be."
        ),
    ),
]
