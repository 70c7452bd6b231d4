"""What starting costs: the definitions, and a small day from the command line."""

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.measure import Pairs, Run, paired, run
from benchmarks.project import Shop, land_day
from benchmarks.registry import PROJECT_ROOT, Bench, Figure, Room

DAY = date(2026, 1, 5)
SMALL_DAY = 300
"""Events; a day of them is some 110 kB."""


def definitions(room: Room) -> Sequence[Figure]:
    shop = Shop(room.new_folder("definitions"), room.folder / "no-files", DAY)

    def load(module: str) -> Run:
        command = [sys.executable, "-c", f"import {module}"]
        return run(command, folder=PROJECT_ROOT, environment=shop.environment(), whole=True)

    load("ecom_assets.definitions")  # compiles it
    return [
        _seconds(
            paired(lambda: load("ecom_assets.definitions"), lambda: load("dagster"), 3)
            if room.quick
            else paired(lambda: load("ecom_assets.definitions"), lambda: load("dagster"), 9),
            1.10,
        )
    ]


def small_day(room: Room) -> Sequence[Figure]:
    landing = room.folder / "landing-small"
    land_day(landing, DAY, SMALL_DAY)

    def materialize(module: str) -> Run:
        shop = Shop(room.new_folder("small"), landing, DAY)
        # a Dagster instance that has been used before, as a person's has
        _dagster(shop, "instance", "info")
        tags = json.dumps({"dagster/partition": DAY.isoformat()})
        return _dagster(shop, "job", "execute", "-m", module, "-j", "sales", "--tags", tags)

    return [
        _seconds(
            paired(
                lambda: materialize("ecom_assets.definitions"),
                lambda: materialize("benchmarks.peers.noop_graph"),
                room.pairs(5),
            ),
            1.15,
        )
    ]


def _dagster(shop: Shop, *arguments: str) -> Run:
    command = [str(Path(sys.executable).parent / "dagster"), *arguments]
    return run(command, folder=PROJECT_ROOT, environment=shop.environment(), whole=True)


def _seconds(pairs: Pairs, reach: float) -> Figure:
    ours, theirs = pairs.medians(lambda one: one.seconds)
    ratio = pairs.ratio(lambda one: one.seconds)
    return Figure("time", f"{ours:.2f} s", f"{theirs:.2f} s", ratio, reach)


BENCHES = [
    Bench(
        "definitions",
        "loading the definitions (`import ecom_assets.definitions`)",
        "`import dagster`",
        "≤ 1.10 ×",
        definitions,
        "A Python started for each, its start and its end included.",
        means=(
            "each command, and each start of the code server, begins some tenths of a second "
            "later than Dagster alone."
        ),
    ),
    Bench(
        "small-day",
        "one small day, whole graph with checks, from the command line",
        "a no-op Dagster graph with as many assets and checks",
        "≤ 1.15 ×",
        small_day,
        f"`dagster job execute` for a day of {SMALL_DAY} events, with an empty warehouse and "
        "Dagster's SQLite, start included; beside `benchmarks/peers/noop_graph.py`.",
        "loading the definitions, sqlglot, DuckDB, PyArrow and NumPy; eighty statements, which are "
        "kept ready from run to run; and opening the DuckDB file eight times, 18 ms each: between "
        "steps it is closed, so that others can read it. Dagster's own part, which is the other "
        "side's as well, has become shorter, for its log of events is kept open: so the ratio is "
        "worse than it was, and the time better.",
        means=(
            "a run for one small day takes seconds, most of them Dagster's own start. Many "
            "days in one run cost little more: choose a range, not a run for each."
        ),
    ),
]
