"""Each stage of the big day beside the least that it has to do."""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import run
from benchmarks.registry import PEER_SCRIPTS, PROJECT_ROOT, Bench, Figure, Room
from benchmarks.rows.big_day import by_project, landed, rows_of_a_big_day

FLOORS = {
    "raw_sales": ("read", "compress"),
    "stg_sales": ("parse", "write stg_sales_clean"),
    "fact_sales": ("scan stg_sales_clean", "write fact_sales"),
    "stg_sales_checks": ("scan stg_sales_clean",),
    "fact_sales_checks": ("scan fact_sales",),
}
"""What a step cannot do without, of what `floor.py` measures."""


def beside_the_floor(room: Room) -> Sequence[Figure]:
    rows = rows_of_a_big_day(room)
    ours = by_project(room, rows)
    command: list[str | Path] = [
        sys.executable,
        PEER_SCRIPTS / "floor.py",
        landed(room, rows),
        ours.database,
    ]
    floor = run(command, folder=PROJECT_ROOT).said["floor"]
    found = []
    for step, parts in FLOORS.items():
        taken, least = ours.run.said["steps"][step], sum(floor[part] for part in parts)
        found.append(
            Figure(
                f"`{step}`, beside {' and '.join(parts)}",
                f"{taken:.2f} s",
                f"{least:.2f} s",
                least / taken,
            )
        )
    return found


BENCHES = [
    Bench(
        "limits",
        "each step of 1,000,000 events of one day; the ratio is the share of the floor",
        "the least that it has to do: bytes read and compressed once, JSON parsed once, rows "
        "written once, in DuckDB's own bulk paths",
        "none set",
        beside_the_floor,
        "`benchmarks/peers/floor.py`, on the file and the tables of the same run, once: the file "
        "read in blocks from memory, compressed by zstd on all cores, its JSON taken apart by "
        "DuckDB's `from_json` into texts, the clean and the published rows copied from one DuckDB "
        "file to another, and each value of them looked at.",
        "a step does what it does for its promises: each line is read by strict rules, each number "
        "keeps its digits, rows are numbered, judged, counted by rule, and looked for among seven "
        "days; then it opens the file, and tells Dagster.",
        means="where time would be to win, and how much at most.",
    )
]
