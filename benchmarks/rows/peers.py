"""A day of a million events beside what else a user might take."""

from collections.abc import Sequence

import duckdb

from benchmarks.measure import Run, run
from benchmarks.registry import PEER_SCRIPTS, Bench, Figure, Room
from benchmarks.rows.big_day import (
    START_EXCLUDED,
    Differs,
    Made,
    by_project,
    landed,
    rows_of_a_big_day,
)


def beside_dlt(room: Room) -> Sequence[Figure]:
    # as rows it takes minutes for a million; the project's start weighs more in fewer
    fewer = rows_of_a_big_day(room) // 10
    return [
        _beside_slower(f"time, as rows; {fewer:,} events", 25, *_with_dlt(room, fewer, "rows")),
        _beside_slower("time, as Arrow tables", 25, *_with_dlt(room, 10 * fewer, "arrow")),
    ]


def _with_dlt(room: Room, rows: int, way: str) -> tuple[Made, Run]:
    folder = room.new_folder("dlt")
    files = [PEER_SCRIPTS / "dlt_load.py", landed(room, rows), folder / "out.duckdb"]
    command = [*map(str, [room.peers, *files]), way]
    ours = by_project(room, rows)
    return ours, run(command, folder=folder, environment={"DLT_DATA_DIR": str(folder)})


def beside_pandas(room: Room) -> Sequence[Figure]:
    rows = rows_of_a_big_day(room)
    folder = room.new_folder("pandas")
    ours = by_project(room, rows)
    command = [room.peers, PEER_SCRIPTS / "pandas_split.py", landed(room, rows), folder]
    theirs = run(command, folder=folder)
    with duckdb.connect(ours.database, read_only=True) as connection:
        clean = connection.execute(
            "select count(*), sum(total_amount) from staging.stg_sales_clean"
        ).fetchone()
        reasons = connection.execute(
            "select reasons, count(*) from staging.stg_sales_rejects group by all"
        ).fetchall()
    assert clean is not None
    found = (theirs.said["clean"], f"{theirs.said['revenue']:.2f}", theirs.said["reasons"])
    if found != (clean[0], f"{clean[1]:.2f}", dict(reasons)):
        raise Differs(f"pandas found {found}, the project {clean} and {reasons}")
    return [_beside_slower("time", 4, ours, theirs)]


def _beside_slower(what: str, reach: float, ours: Made, theirs: Run) -> Figure:
    ratio = theirs.seconds / ours.run.seconds
    said = f"{ours.run.seconds:.1f} s", f"{theirs.seconds:.1f} s"
    return Figure(what, *said, ratio, reach, "least")


BENCHES = [
    Bench(
        "dlt",
        "1,000,000 events of one day, as above",
        "dlt loading the same file into DuckDB (raw only)",
        "≥ 25 × faster",
        beside_dlt,
        "`benchmarks/peers/dlt_load.py`, tuned as dlt's page on performance tells, in two ways. "
        f"{START_EXCLUDED}",
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
        "1,000,000 events of one day, as above",
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
