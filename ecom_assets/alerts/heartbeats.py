"""Whether Dagster itself is at work: its daemon, the sensors and the schedules.

What the UI's pages *Deployment* and *Automation* show. Dagster 1.13 documents no API for it; the
methods of the instance that are used here are called nowhere else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg


@dataclass(frozen=True)
class Automation:
    """A sensor or schedule.

    Attributes:
        name: its name.
        is_sensor: whether it should tick all the time.
        is_on: whether someone has switched it on.
        ticked_at: when it last ticked, if ever.
        tick: what came of that, in Dagster's words: success, skipped, failure or started.
    """

    name: str
    is_sensor: bool
    is_on: bool
    ticked_at: datetime | None = None
    tick: str = ""


def automations(
    instance: dg.DagsterInstance, sensors: Iterable[str], schedules: Iterable[str]
) -> Sequence[Automation]:
    """How the sensors and schedules of these names are; off where Dagster knows nothing."""
    stored = instance.all_instigator_state() if instance.schedule_storage else []
    states = {state.instigator_name: state for state in stored}
    found = []
    named = [*((name, True) for name in sensors), *((name, False) for name in schedules)]
    for name, is_sensor in named:
        state = states.get(name)
        if state is None:
            found.append(Automation(name, is_sensor, is_on=False))
            continue
        ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
        found.append(
            Automation(
                name,
                is_sensor,
                state.is_running,
                datetime.fromtimestamp(ticks[0].timestamp, UTC) if ticks else None,
                ticks[0].status.value.lower() if ticks else "",
            )
        )
    return found


def silent_daemons(instance: dg.DagsterInstance) -> Sequence[str]:
    """The parts of the daemon that should have given a sign of life lately, and did not."""
    return sorted(
        kind
        for kind, status in instance.get_daemon_statuses().items()
        if status.required and not status.healthy
    )
