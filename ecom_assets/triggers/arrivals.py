"""The sensor that finds new, late and rewritten files and asks for the days they touch.

What is known of a day is what Dagster has recorded of its last run, so nothing is missed or done
twice when the sensor is off for a while. A tick looks at the last days and at a piece of the older
ones; its cursor says where the next piece begins. What to ask for is decided in `plan.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import dagster as dg
from pydantic import TypeAdapter

from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import existing_days
from ecom_assets.settings import Settings
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
file is still being written. A failed run is repeated, up to {len(plan.PAUSES) + 1} attempts in
all; one that failed because days were held is not, nor is a canceled one: they wait for you. Each
tick says which days wait, and why; so do the day's page of sales_files, and the digest. The
warehouse is not asked anything.

Switched off, files wait until somebody materializes their day."""


def build_arrivals(
    settings: Settings,
    *,
    files_a_tick: int = FILES_A_TICK,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dg.SensorDefinition:
    """The sensor `arrivals`.

    Args:
        settings: checked settings.
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
        partitions = existing_days(settings.start_date, settings.time_zone, now)
        if partitions is None:
            return dg.SkipReason(f"The first event date, {settings.start_date}, is not over yet.")
        cursor = Cursor.read(context.cursor)
        found = survey.survey(
            context.instance,
            landing,
            settings,
            partitions,
            now,
            survey.Pieces(HOT_DAYS + settings.late_days, cursor.next_day, files_a_tick),
            asked=cursor.asked,
        )
        planned = found.plan
        outcome = survey.report(found)
        if planned.requests:
            # A tick's log is a file that Dagster never deletes; a tick that starts nothing shows
            # the same as its skip reason.
            context.log.info(outcome)
        asked = plan.remembered(cursor.asked, planned, found.files, found.look.days)
        return dg.SensorResult(
            run_requests=[
                runs.run_request(
                    each, "failed_run" if each.attempt > 1 else "new_files", each.key, {}
                )
                for each in planned.requests
            ],
            skip_reason=None if planned.requests else dg.SkipReason(outcome),
            cursor=Cursor(found.look.next_day, asked).write(),
            asset_events=survey.new_observations(context.instance, planned),
        )

    return arrivals


@dataclass(frozen=True)
class Cursor:
    """What a tick leaves to the next; a fresh one looks at everything again.

    Attributes:
        next_day: where to go on looking at older days.
        asked: the version in which a day was asked for, until a run has taken it in.
    """

    next_day: date | None = None
    asked: Mapping[date, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor of the last tick."""
        return TypeAdapter(cls).validate_json(text or "{}")

    def write(self) -> str:
        """As text."""
        return TypeAdapter(Cursor).dump_json(self).decode()
