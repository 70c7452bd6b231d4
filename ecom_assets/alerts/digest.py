"""The daily digest: an asset whose page says how the pipeline is, and a schedule that sends it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from ecom_assets.alerts.channels import Channel, deliver
from ecom_assets.alerts.digest_text import (
    DAYS_OF_RATES,
    LONG_RUN,
    Digest,
    digest_message,
)
from ecom_assets.alerts.failed_runs import failed_run, runs_that_failed
from ecom_assets.alerts.heartbeats import automations, silent_daemons
from ecom_assets.alerts.outcomes import Outcome
from ecom_assets.assets.tables import OWNERS
from ecom_assets.landing.zone import LandingError, LandingZone
from ecom_assets.partitions import existing_days
from ecom_assets.pipeline.audit import why_held
from ecom_assets.settings import Source
from ecom_assets.steps import RETRY_POLICY, fail_permanent_errors_at_once
from ecom_assets.triggers import survey
from ecom_assets.triggers.daily import pieces_of
from ecom_assets.warehouse.contract import Purpose, Row, Warehouse

JOB = "operations_digest_job"
SCHEDULE = "daily_digest"
CRON = "0 7 * * *"
RUNS_SHOWN = 20
"""Failed runs that are looked at, the newest; of more it is said how many there are."""


@dataclass(frozen=True)
class DigestSettings:
    """What the digest goes by.

    Attributes:
        channels: where it is sent to: those that take errors.
        ui_url: where the UI is, for the links.
        hide_values: leave the text of errors out, which may hold payload values.
        sensors: the names of the sensors to watch.
        schedules: the names of the schedules to watch, but for the digest's own.
        start: the first partition.
        late_days: how many days before its file's day an event's may be.
        source: whether days without files get a generated batch.
    """

    channels: Sequence[Channel]
    ui_url: str
    hide_values: bool
    sensors: Sequence[str]
    schedules: Sequence[str]
    start: date
    late_days: int
    source: Source


def build_digest(
    partitions: dg.DailyPartitionsDefinition, engine: str, settings: DigestSettings
) -> dg.AssetsDefinition:
    """The asset `operations_digest`.

    Args:
        partitions: the event dates.
        engine: the warehouse's kind.
        settings: what it goes by.
    """

    @dg.asset(
        group_name="operations",
        kinds={"markdown"},
        owners=OWNERS,
        retry_policy=RETRY_POLICY,
        description="How the pipeline is: days held, missing and waiting, the reject rate of the "
        f"last {DAYS_OF_RATES} days, runs that failed or do not end, and whether the daemon, the "
        f"sensors and the schedules are at work. The schedule `{SCHEDULE}` sends it to the "
        "channels in `ECOM_ALERT_URLS`; materialized by hand it is only shown.",
        metadata={"looks at": "STAGING.SALES_QUALITY, and Dagster's own records"},
    )
    def operations_digest(
        context: dg.AssetExecutionContext,
        landing: dg.ResourceParam[LandingZone],
        warehouse: dg.ResourceParam[Warehouse],
    ) -> dg.MaterializeResult[None]:
        now = datetime.now(UTC)
        days = [date.fromisoformat(key) for key in partitions.get_partition_keys(now)]
        purpose = Purpose("operations_digest", context.run.run_id)
        quality: Sequence[Row] = []
        if days:
            with (
                fail_permanent_errors_at_once(),
                warehouse.session(purpose, context.log.info) as session,
            ):
                quality = session.run(
                    "staging/quality_by_day", first_day=days[0], last_day=days[-1]
                )
        digest = _look(context.instance, partitions, settings, days, quality, now)
        digest = replace(digest, waiting=_waiting(context.instance, landing, settings, now))
        sent = "no: materialized by hand"
        if context.run.job_name == JOB:
            sent = _send(context, digest, settings)
        message = digest_message(digest, settings.ui_url, cut=False)
        return dg.MaterializeResult(
            metadata={
                "digest": dg.MetadataValue.md(f"**{message.title}**\n\n{message.text}"),
                "sent": sent,
                "days held": len(digest.held),
                "days missing": len(digest.missing),
                "days waiting": len(set().union(*digest.waiting.values())),
                "runs failed": digest.failed_in_all,
            }
        )

    return operations_digest


def build_digest_schedule() -> dg.ScheduleDefinition:
    """The schedule `daily_digest`, off until it is switched on."""
    return dg.ScheduleDefinition(
        name=SCHEDULE,
        job=dg.define_asset_job(
            JOB,
            selection=dg.AssetSelection.assets("operations_digest"),  # names are parsed, by ANTLR
            description="Makes the digest of operations and sends it to the channels in "
            f"ECOM_ALERT_URLS. The schedule {SCHEDULE} starts it.",
        ),
        cron_schedule=CRON,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Sends the digest of operations to the channels in ECOM_ALERT_URLS at 07:00 "
        "UTC.\n\nSwitched on, it starts one small run a day, which reads one table and changes "
        "nothing.",
    )


def _look(
    instance: dg.DagsterInstance,
    partitions: dg.DailyPartitionsDefinition,
    settings: DigestSettings,
    days: Sequence[date],
    quality: Sequence[Row],
    now: datetime,
) -> Digest:
    judged = {row["event_date"] for row in quality}
    running = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    since = [
        (record.dagster_run, datetime.fromtimestamp(record.start_time, UTC))
        for record in running
        if record.start_time
    ]
    failed = runs_that_failed(
        instance,
        dg.RunsFilter(
            statuses=[dg.DagsterRunStatus.FAILURE], updated_after=now - timedelta(days=1)
        ),
    )
    return Digest(
        now=now,
        held=_held(instance, partitions, quality),
        missing=[day for day in days if day not in judged],
        rates=[row for row in quality if row["event_date"] in set(days[-DAYS_OF_RATES:])],
        failed=[
            failed_run(instance, run, hide_values=settings.hide_values)
            for run in reversed(failed[:RUNS_SHOWN])
        ],
        failed_in_all=len(failed),
        long=[
            (failed_run(instance, run, hide_values=settings.hide_values), start)
            for run, start in since
            if now - start > LONG_RUN
        ],
        automations=automations(instance, settings.sensors, [*settings.schedules, SCHEDULE]),
        silent=silent_daemons(instance),
    )


def _waiting(
    instance: dg.DagsterInstance, landing: LandingZone, settings: DigestSettings, now: datetime
) -> Mapping[str, Set[date]]:
    """Why days wait, and which; held ones have a place of their own."""
    partitions = existing_days(settings.start, now)
    if partitions is None:
        return {}
    try:
        found = survey.survey(
            instance,
            landing,
            partitions,
            now,
            late_days=settings.late_days,
            source=settings.source,
            pieces=pieces_of(partitions),
        )
    except LandingError as error:  # all the more reason to send the rest
        return {f"all: their files cannot be looked at. {error}": set(partitions.days)}
    # nothing is asked for here: a day that would be waits like all others
    waits = replace(found.plan, requests=()).waiting
    told = set(found.plan.held).union(*waits.values())
    new = {day for request in found.plan.requests for day in request.days.days} - told
    waits = {**waits, "with files to take in, by arrivals or the next firing of daily": new}
    return {why: left for why, days in waits.items() if (left := days - found.plan.held)}


def _held(
    instance: dg.DagsterInstance,
    partitions: dg.DailyPartitionsDefinition,
    quality: Sequence[Row],
) -> Mapping[date, str]:
    """Days that staging holds, and days that it does not, but of which FACT_SALES failed."""
    keys = [row["event_date"].isoformat() for row in quality]
    statuses = instance.get_status_by_partition(dg.AssetKey("fact_sales"), keys, partitions) or {}
    held = {}
    for row in quality:
        day = row["event_date"]
        if not row["publishable"]:
            held[day] = why_held(row)
        elif statuses.get(day.isoformat()) == dg.AssetPartitionStatus.FAILED:
            held[day] = "its last run for fact_sales failed (see its checks)"
    return held


def _send(context: dg.AssetExecutionContext, digest: Digest, settings: DigestSettings) -> str:
    """Send the digest; what came of it. One that is not taken is not worth a failed run."""
    message = digest_message(digest, settings.ui_url)
    deliveries = deliver(
        {channel: [message] for channel in settings.channels if Outcome.ERROR in channel.takes}
    )
    if not deliveries:
        return "no: ECOM_ALERT_URLS is not set"
    for channel, delivery in deliveries.items():
        if delivery.problem:
            context.log.warning(f"{channel.name} did not take the digest: {delivery.problem}")
    return "; ".join(
        f"{channel.name}: {delivery.problem or 'taken'}" for channel, delivery in deliveries.items()
    )
