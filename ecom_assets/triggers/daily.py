"""The schedule that once a day asks for the days that are over, and for all that was missed."""

from collections.abc import Sequence
from datetime import date, timedelta

import dagster as dg

from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import EventDays, existing_days
from ecom_assets.settings import Settings
from ecom_assets.triggers import runs, survey

FILES_A_FIRING = 1_000_000
"""Older files that a firing looks at: all of its year's."""

DESCRIPTION = """\
Materializes each day once it is over, at {at} {zone}, and all that was missed since.

Switched on, it is the safety net under the sensor arrivals, and enough by itself where files come
once a day. Each firing asks for all days that no firing has asked for yet (the first time, for
yesterday), and for those whose files no run has taken in as they are now: of the last year, and of
one older year after the other. With a day go the ECOM_LATE_DAYS days before it. Days in a row are
one run; files that are in RAW already are not read again. A day waits for the next firing while
another run of the whole graph is at work on it or a file is still being written. Switched off,
nothing is started, and nothing is forgotten."""


def build_daily(settings: Settings) -> dg.ScheduleDefinition:
    """The schedule `daily`."""
    at = settings.daily_at

    @dg.schedule(
        name="daily",
        job_name=runs.JOB,
        cron_schedule=f"{at.minute} {at.hour} * * *",
        execution_timezone=settings.time_zone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=DESCRIPTION.format(at=f"{at:%H:%M}", zone=settings.time_zone),
    )
    def daily(
        context: dg.ScheduleEvaluationContext, landing: dg.ResourceParam[LandingZone]
    ) -> Sequence[dg.RunRequest] | dg.SkipReason:
        now = context.scheduled_execution_time
        partitions = existing_days(settings.start_date, settings.time_zone, now)
        if partitions is None:
            return dg.SkipReason(f"The first event date, {settings.start_date}, is not over yet.")
        due = days_due(partitions, runs.asked_up_to(context.instance))
        found = survey.survey(
            context.instance,
            landing,
            settings,
            partitions,
            now,
            pieces_of(partitions),
            due=due,
            whole_graph=True,
        )
        for observation in survey.new_observations(context.instance, found.plan):
            context.instance.report_runless_asset_event(observation)
        outcome = survey.report(found)
        if not found.plan.requests:
            return dg.SkipReason(outcome)
        context.log.info(outcome)
        left = due - found.plan.requested
        upto = min(left) - timedelta(days=1) if left else partitions.last
        upto_tag = {runs.ASKED_UP_TO_TAG: upto.isoformat()}
        return [
            # another night's is another run
            runs.run_request(request, "daily", f"{now.date()} {request.key}", upto_tag)
            for request in found.plan.requests
        ]

    return daily


def days_due(partitions: EventDays, asked_up_to: date | None) -> set[date]:
    """The days that no firing has asked for yet; where none has asked for any, the last one."""
    if asked_up_to is None:
        return {partitions.last}
    return {day for day in partitions.days if day > asked_up_to}


def pieces_of(partitions: EventDays) -> survey.Pieces:
    """The last year, and each day another one of the older years."""
    year = survey.DAYS_A_TICK
    older_years = -(-max(partitions.count - year, 0) // year) or 1
    turn = partitions.last.toordinal() % older_years
    next_day = partitions.first + timedelta(days=turn * year)
    return survey.Pieces(year, next_day, FILES_A_FIRING)
