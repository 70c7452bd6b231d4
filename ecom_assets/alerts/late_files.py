"""The schedule that tells, at ECOM_COMPLETE_BY, when a day's files have not come."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from ecom_assets.alerts.channels import Channel, deliver_error
from ecom_assets.alerts.messages import Message
from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import EventDays, existing_days
from ecom_assets.settings import Settings
from ecom_assets.triggers import runs

SCHEDULE = "late_files"
_LOG = logging.getLogger(__name__)


def days_without_files(
    landing: LandingZone, settings: Settings, days: EventDays | None, now: datetime
) -> Sequence[date]:
    """Of some days those whose files should be there by now, and that have none.

    Raises:
        LandingError: the landing zone cannot be read.
    """
    if days is None or settings.complete_by is None:
        return []
    there = {file.day for file in landing.list_files(days.first, days.last)}
    return [day for day in days.days if day not in there and now >= deadline(day, settings)]


def deadline(day: date, settings: Settings) -> datetime:
    """When a day's files should be there: on the next day, in the shop's time zone."""
    at = settings.complete_by or time()
    return datetime.combine(day + timedelta(days=1), at, ZoneInfo(settings.time_zone))


def late_message(day: date, settings: Settings) -> Message:
    """What is told of a day without files."""
    then = (
        "It is held when it is materialized (ECOM_EMPTY_DAYS=hold)."
        if settings.empty_days == "hold"
        else "It is published as a day without sales when it is materialized."
    )
    return Message(
        f"{day}: no file has come",
        f"The files of {day} should be in {settings.landing} since "
        f"{deadline(day, settings):%H:%M %Z} (ECOM_COMPLETE_BY), and there is none. {then} Ask the "
        "producer; a day's files count whenever they come.",
        "failure",
    )


def build_late_files(settings: Settings, channels: Sequence[Channel]) -> dg.ScheduleDefinition:
    """The schedule `late_files` for settings with a time by which files should be there; off until
    it is switched on, and it starts no run."""
    assert settings.complete_by is not None
    at = settings.complete_by

    @dg.schedule(
        name=SCHEDULE,
        job_name=runs.JOB,
        cron_schedule=f"{at.minute} {at.hour} * * *",
        execution_timezone=settings.time_zone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Tells the channels in ECOM_ALERT_URLS when no file of the day before has come "
        "by ECOM_COMPLETE_BY. It starts no run.",
    )
    def late_files(
        context: dg.ScheduleEvaluationContext, landing: dg.ResourceParam[LandingZone]
    ) -> dg.SkipReason:
        now = context.scheduled_execution_time
        there_are = existing_days(settings.start_date, settings.time_zone, now)
        last = EventDays(there_are.last, there_are.last) if there_are else None
        late = days_without_files(landing, settings, last, now)
        if not late:
            return dg.SkipReason("The files of the day before are there.")
        told = deliver_error(late_message(late[0], settings), channels)
        problems = [f"{c.name}: {d.problem}" for c, d in told.items() if d.problem]
        for problem in problems:
            _LOG.warning(problem)
        sent = "; ".join(problems) or ("told" if told else "nobody told: ECOM_ALERT_URLS is empty")
        return dg.SkipReason(f"{late[0]} has no files: {sent}.")

    return late_files
