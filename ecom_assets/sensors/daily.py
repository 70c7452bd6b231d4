"""The schedule that materializes yesterday every night, whatever the sensor has seen or missed."""

from datetime import date, timedelta

import dagster as dg

from ecom_assets.partitions import EventDays, existing_days
from ecom_assets.sensors import runs

DESCRIPTION = """\
Materializes yesterday and the ECOM_LATE_DAYS days before it, at 01:00 UTC, in one run.

Switched on, it is the safety net under the sensor arrivals, and enough by itself where files come
once a day. Files that are in RAW already are not read again. A night is left out while another run
of the whole graph is at work on one of its days. Switched off, nothing is started."""


def build_daily(start: date, late_days: int) -> dg.ScheduleDefinition:
    """The schedule `daily`.

    Args:
        start: the first partition.
        late_days: how many days before its file's day an event's may be.
    """

    @dg.schedule(
        name="daily",
        job_name=runs.JOB,
        cron_schedule="0 1 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=DESCRIPTION,
    )
    def daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        now = context.scheduled_execution_time
        partitions = existing_days(start, now)
        if partitions is None:
            return dg.SkipReason(f"The first event date, {start}, is not over yet.")
        first = max(partitions.first, partitions.last - timedelta(days=late_days))
        days = EventDays(first, partitions.last)
        at_work = runs.busy_days(context.instance, now, whole_graph=True)
        if busy := at_work & set(days.days):
            return dg.SkipReason(f"A run is at work on {', '.join(map(str, sorted(busy)))}.")
        return days.request(None, {runs.REQUESTED_BY_TAG: "daily"})

    return daily
