"""From the click on *Materialize* to a finished small day, in a running `dagster dev`."""

import time
from collections.abc import Sequence
from datetime import date
from statistics import median

from benchmarks.project import Shop, day_range, land_day
from benchmarks.registry import Bench, Figure, Room
from ecom_assets_tests.support.dev_server import DevServer, dev_server

FIRST = date(2026, 1, 5)
EVENTS = 1_000
MOST_SECONDS = 10

STAGES = {
    "in the queue": "RUN_STARTING",
    "the code server starts a process": "RUN_START",
    "the seven steps with their checks": "RUN_SUCCESS",
}
"""What a run goes through, and what each ends with."""


def click_to_done(room: Room) -> Sequence[Figure]:
    root = room.new_folder("click")
    days = day_range(FIRST, 1 + room.pairs(5))
    for day in days:
        land_day(root / "landing", day, EVENTS)
    shop = Shop(root, root / "landing", FIRST)
    home = root / "home"
    taken: list[dict[str, float]] = []
    with dev_server(home, None, None, **_settings(shop)) as ui:
        for day in days:
            clicked = time.time()
            run = ui.launch(day)
            assert ui.ended(run) == "SUCCESS", ui.log()
            taken.append(_stages(ui, run, clicked))
    of_stages = {name: median(one[name] for one in taken[1:]) for name in taken[0]}
    whole = median(sum(one.values()) for one in taken[1:])
    return [
        Figure("time", f"{whole:.1f} s", f"{MOST_SECONDS} s", whole / MOST_SECONDS, 1.0),
        *(
            Figure(name, f"{seconds:.1f} s", f"{whole:.1f} s in all", seconds / whole)
            for name, seconds in of_stages.items()
        ),
    ]


def _settings(shop: Shop) -> dict[str, str]:
    return {name: text for name, text in shop.environment().items() if name != "DAGSTER_HOME"}


def _stages(ui: DevServer, run_id: str, clicked: float) -> dict[str, float]:
    """The seconds of each stage, as Dagster's own events tell."""
    events = ui.ask(
        "query($id: ID!) {logsForRun(runId: $id) {... on EventConnection {events "
        "{... on MessageEvent {eventType timestamp}}}}}",
        id=run_id,
    )["logsForRun"]["events"]
    at = {one["eventType"]: float(one["timestamp"]) / 1_000 for one in events}
    found, last = {}, clicked
    for name, ends_with in STAGES.items():
        found[name] = at[ends_with] - last
        last = at[ends_with]
    return found


BENCHES = [
    Bench(
        "click",
        f"from the click on *Materialize* to a finished day of {EVENTS:,} events, in a running "
        "`make dev`",
        "what a person waits for without doing something else",
        f"≤ {MOST_SECONDS} s",
        click_to_done,
        "The run is launched as the page does it, by GraphQL; the stages are those of Dagster's "
        "own events. The first run after the start, which makes the tables, is left out.",
    )
]
