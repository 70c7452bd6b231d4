"""The daily digest: an asset that shows the state of the pipeline, and its schedule."""

from collections.abc import Sequence
from datetime import datetime

import dagster as dg

from ecom_assets.alerts import digest_sections as sections
from ecom_assets.alerts.channels import Channel, deliver_error
from ecom_assets.alerts.digest_sections import DAYS_OF_RATES, digest_message
from ecom_assets.alerts.messages import Message
from ecom_assets.alerts.ping import ping
from ecom_assets.assets.tables import OWNERS
from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import existing_days
from ecom_assets.settings import Settings
from ecom_assets.steps import RETRY_POLICY, fail_permanent_errors_at_once
from ecom_assets.warehouse.contract import Purpose, Row, Warehouse

JOB = "operations_digest_job"
SCHEDULE = "daily_digest"
CRON = "0 7 * * *"


def build_digest(
    settings: Settings,
    channels: Sequence[Channel],
    *,
    sensors: Sequence[str],
    schedules: Sequence[str],
) -> dg.AssetsDefinition:
    """The asset `operations_digest`, sent to those of the channels that take errors. It watches the
    sensors and schedules of these names, and its own schedule."""

    @dg.asset(
        group_name="operations",
        kinds={"markdown"},
        owners=OWNERS,
        retry_policy=RETRY_POLICY,
        description="How the pipeline is: days held, missing and waiting, files passed over, the "
        f"reject rate of the last {DAYS_OF_RATES} days, runs that failed or do not end, and "
        "whether the daemon, the sensors and the schedules are at work. The schedule "
        f"`{SCHEDULE}` sends it to the channels in `ECOM_ALERT_URLS`; materialized by hand it is "
        "only shown.",
        metadata={"looks at": "STAGING.SALES_QUALITY, and Dagster's own records"},
    )
    def operations_digest(
        context: dg.AssetExecutionContext,
        landing: dg.ResourceParam[LandingZone],
        warehouse: dg.ResourceParam[Warehouse],
    ) -> dg.MaterializeResult[None]:
        now = datetime.now(settings.reading.zone)
        days = existing_days(settings.start_date, settings.time_zone, now)
        purpose = Purpose("operations_digest", context.run.run_id)
        quality: Sequence[Row] = []
        if days:
            with (
                fail_permanent_errors_at_once(),
                warehouse.session(purpose, context.log.info) as session,
            ):
                quality = session.run("staging/quality_by_day", **days.bounds)
        found = sections.all_sections(
            context.instance,
            landing,
            settings,
            days,
            quality,
            sensors=sensors,
            schedules=[*schedules, SCHEDULE],
            now=now,
        )
        whole = digest_message(found, now, is_cut=False)
        sent = "no: materialized by hand"
        if context.run.job_name == JOB:
            sent = _send(context, digest_message(found, now), channels)
            if settings.ping_url and (problem := ping(settings.ping_url)):
                context.log.warning(f"ECOM_PING_URL was asked for in vain: {problem}.")
        counts = {f"{s.noun}s {s.state}": s.count for s in found if s.noun}
        text = dg.MetadataValue.md(f"**{whole.title}**\n\n{whole.text}")
        return dg.MaterializeResult(metadata={"digest": text, "sent": sent, **counts})

    return operations_digest


def build_digest_schedule(time_zone: str) -> dg.ScheduleDefinition:
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
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Sends the digest of operations to the channels in ECOM_ALERT_URLS at 07:00 "
        f"{time_zone}.\n\nSwitched on, it starts one small run a day, which reads one table and "
        "changes nothing.",
    )


def _send(context: dg.AssetExecutionContext, message: Message, channels: Sequence[Channel]) -> str:
    """Send the digest; what came of it. One that is not taken is not worth a failed run."""
    deliveries = deliver_error(message, channels)
    if not deliveries:
        return "no: ECOM_ALERT_URLS is not set"
    sent = "; ".join(
        f"{channel.name}: {delivery.problem or 'taken'}" for channel, delivery in deliveries.items()
    )
    if any(delivery.problem for delivery in deliveries.values()):
        context.log.warning(f"Not every channel took the digest: {sent}")
    return sent
