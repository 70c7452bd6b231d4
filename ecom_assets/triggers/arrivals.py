"""The sensor that finds new, late and rewritten files and asks for the days they touch.

What is known of a day is what Dagster has recorded of its last run, so nothing is missed or done
twice when the sensor is off for a while. A tick looks at the last days and at a piece of the older
ones; its cursor says where the next piece begins. What to ask for is decided in `plan.py`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import existing_days
from ecom_assets.settings import Source
from ecom_assets.triggers import plan, runs, survey

INTERVAL_SECONDS = 60
HOT_DAYS = 3
"""Days up to yesterday that every tick looks at, beside the days that may still get late files."""
FILES_A_TICK = 10_000
"""Older files a tick looks at: ten requests to S3, or some tenths of a second on a local disk."""

DESCRIPTION = f"""\
Looks for new, late and rewritten files and materializes the days they touch.

Switched on, it looks every {INTERVAL_SECONDS} seconds at the last days, and piece by piece at all
older ones, and starts one run of the job {runs.JOB} for each range of days whose files changed
(with the ECOM_LATE_DAYS days before, whose late events they may hold). The first time that is
every day that has files and was never materialized. A day waits while a run is at work on it or a
file is still being written. A failed run is repeated, up to {len(survey.PAUSES) + 1} attempts in
all; one that failed because days were held is not, nor is a canceled one: they wait for you. Each
tick says which days wait, and why; so do the day's page of sales_files, and the digest. The
warehouse is not asked anything.

Switched off, files wait until somebody materializes their day."""


def build_arrivals(
    start: date,
    late_days: int,
    source: Source,
    *,
    pauses: Sequence[timedelta] = survey.PAUSES,
    files_a_tick: int = FILES_A_TICK,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dg.SensorDefinition:
    """The sensor `arrivals`.

    Args:
        start: the first partition.
        late_days: how many days before its file's day an event's may be.
        source: whether days without files get a generated batch.
        pauses: how long to wait after each failure of a day but the last.
        files_a_tick: about how many older files to look at in a tick.
        clock: the time, with a zone.
    """

    @dg.sensor(
        name="arrivals",
        job_name=runs.JOB,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description=DESCRIPTION,
    )
    def arrivals(
        context: dg.SensorEvaluationContext, landing: dg.ResourceParam[LandingZone]
    ) -> dg.SensorResult | dg.SkipReason:
        now = clock()
        partitions = existing_days(start, now)
        if partitions is None:
            return dg.SkipReason(f"The first event date, {start}, is not over yet.")
        cursor = Cursor.read(context.cursor)
        found = survey.survey(
            context.instance,
            landing,
            partitions,
            now,
            late_days=late_days,
            source=source,
            pieces=survey.Pieces(HOT_DAYS + late_days, cursor.next_day, files_a_tick),
            asked=cursor.asked,
            pauses=pauses,
        )
        planned = found.plan
        said = survey.report(found)
        if planned.requests:
            # A tick's log is a file that outlives the tick; one that starts nothing says the same
            # where it says why.
            context.log.info(said)
        asked = plan.remembered(cursor.asked, planned, found.files, found.look.days)
        return dg.SensorResult(
            run_requests=[run_request(request) for request in planned.requests],
            skip_reason=None if planned.requests else dg.SkipReason(said),
            cursor=Cursor(found.look.next_day, asked).write(),
            asset_events=survey.untold(context.instance, planned),
        )

    return arrivals


@dataclass(frozen=True)
class Cursor:
    """What a tick leaves to the next.

    Attributes:
        next_day: where to go on looking at older days.
        asked: the version in which a day was asked for, until a run has taken it in.
    """

    next_day: date | None
    asked: Mapping[date, str]

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor of the last tick; a fresh one looks at everything again."""
        said = json.loads(text or "{}")
        next_day = said.get("next_day")
        return cls(
            date.fromisoformat(next_day) if next_day else None,
            {date.fromisoformat(day): version for day, version in said.get("asked", {}).items()},
        )

    def write(self) -> str:
        """As text."""
        asked = {day.isoformat(): version for day, version in sorted(self.asked.items())}
        return json.dumps(
            {"next_day": str(self.next_day) if self.next_day else None, "asked": asked}
        )


def run_request(request: plan.Request) -> dg.RunRequest:
    """The request as Dagster takes it."""
    again = runs.attempt_tag(request.attempt)
    why = "failed_run" if again else "new_files"
    return request.days.request(request.key, {runs.REQUESTED_BY_TAG: why, **again})
