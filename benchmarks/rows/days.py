"""Many days in one run: what each day's own results cost."""

import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from benchmarks.measure import Pairs, Run, paired, run
from benchmarks.project import Shop, day_range, land_day
from benchmarks.registry import PEER_SCRIPTS, PROJECT_ROOT, Bench, Figure, Room, figure

FIRST = date(2025, 1, 1)
EVENTS = 1_000
MONTH = date(2026, 1, 1)
MONTH_LIMIT_GB = 4


def _landing(room: Room) -> tuple[Path, Sequence[date]]:
    days = day_range(FIRST, 30 if room.quick else 365)
    landing = room.folder / "landing-year"
    for day in days:
        land_day(landing, day, EVENTS)
    return landing, days


def _project(room: Room) -> Run:
    landing, days = _landing(room)
    return Shop(room.new_folder("year"), landing, FIRST).run("run", days[0], days[-1])


def replayed(room: Room) -> Sequence[Figure]:
    """The same days again from RAW, beside the first run of them."""
    landing, days = _landing(room)
    again: list[Run] = []
    first: list[Run] = []
    for _ in range(room.pairs(2)):
        shop = Shop(room.new_folder("replay"), landing, FIRST)
        first.append(shop.run("run", days[0], days[-1]))
        again.append(shop.run("replay", days[0], days[-1]))
    return [figure("time", "s", 1, Pairs(again, first), lambda one: one.seconds, 0.5)]


def a_month_of_big_days(room: Room) -> Sequence[Figure]:
    """Beside one of its days."""
    rows = 100_000 if room.quick else 1_000_000
    days = day_range(MONTH, 10 if room.quick else 30)
    landing = room.folder / "landing-month"
    for day in days:
        land_day(landing, day, rows)

    def run_of(last: date) -> Run:
        shop = Shop(room.new_folder("month"), landing, MONTH, f"{MONTH_LIMIT_GB}GB")
        done = shop.run("run", MONTH, last)
        shop.database.unlink()
        return done

    one, month = run_of(MONTH), run_of(days[-1])
    of_month, of_day = month.seconds / len(days), one.seconds
    most = MONTH_LIMIT_GB + 0.5
    return [
        Figure("time a day", f"{of_month:.1f} s", f"{of_day:.1f} s", of_month / of_day, 1.1),
        Figure(
            f"peak memory, limit {MONTH_LIMIT_GB}GB",
            f"{month.peak_bytes / 1e9:.2f} GB",
            f"{most} GB",
            month.peak_bytes / 1e9 / most,
            1,
        ),
    ]


def _noop(room: Room, results: str) -> Run:
    _, days = _landing(room)
    return empty_graph(room, days[0], days[-1], results)


def empty_graph(room: Room, first: date, last: date, results: str) -> Run:
    """A Dagster run of a graph of the project's shape that does nothing.

    Args:
        room: where its instance is made.
        first: the first day.
        last: the last one.
        results: what its checks report: `days` or `summary`.
    """
    shop = Shop(room.new_folder("noop"), room.folder / "no-files", first)
    return run(
        [sys.executable, PEER_SCRIPTS / "noop_graph.py", str(first), str(last)],
        folder=PROJECT_ROOT,
        environment={
            **shop.environment(),
            "NOOP_START": first.isoformat(),
            "NOOP_RESULTS": results,
        },
    )


def beside_noop(results: str, reach: float) -> Callable[[Room], Sequence[Figure]]:
    """Beside the no-op graph.

    Args:
        results: what its checks report: `days` or `summary`.
        reach: how many times its time the project may take.
    """

    def measure(room: Room) -> Sequence[Figure]:
        _landing(room)
        pairs = paired(lambda: _project(room), lambda: _noop(room, results), room.pairs(2))
        ours, theirs = pairs.medians(lambda one: one.seconds)
        ratio = pairs.ratio(lambda one: one.seconds)
        return [Figure("time", f"{ours:.1f} s", f"{theirs:.1f} s", ratio, reach)]

    return measure


BENCHES = [
    Bench(
        "year",
        "365 days × 1,000 events in one range run, per-day checks included",
        "a no-op graph of the same shape that reports the same per-day results",
        "≤ 1.25 ×",
        beside_noop("days", 1.25),
        "Both in the process that measures, on Dagster's SQLite, imports left out. "
        "`benchmarks/peers/noop_graph.py` reports each result as an event of the run, without "
        "metadata.",
    ),
    Bench(
        "year-summary",
        "the same",
        "a no-op graph that reports only one summary per check",
        "≤ 2.5 ×",
        beside_noop("summary", 2.5),
        "As above.",
    ),
    Bench(
        "replay",
        "the same days once more from RAW, as after a change of rules: staging, FACT_SALES, all "
        "checks",
        "the first run of them",
        "≤ 0.5 ×",
        replayed,
        "Both in the process that measures, imports left out; nothing of what staging made the "
        "first time is used.",
        "what Dagster is told of 365 days, which is most of both runs: 9,000 results of checks and "
        "the days of each asset are written once more.",
        means="a year of small days is judged anew in about the time that it took at first.",
    ),
    Bench(
        "month",
        "30 days of 1,000,000 events in one range run",
        "one of these days",
        "≤ 1.1 × the time a day, peak memory under DuckDB's limit and 0.5 GB",
        a_month_of_big_days,
        f"Both with `ECOM_DUCKDB_MEMORY_LIMIT={MONTH_LIMIT_GB}GB`, once; the month is done in "
        "pieces of days (`ecom_assets/pipeline/pieces.py`).",
        "what the process has beside DuckDB: Dagster, PyArrow and the lines on their way to DuckDB "
        "are some 0.6 GB.",
        means="give the process a little more than half a GB beside DuckDB's limit.",
    ),
]
