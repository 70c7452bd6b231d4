"""The daily digest: an asset that shows the state of the pipeline, its job and its schedule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dagster as dg
from pydantic import Field

from ecom_assets.alerts import digest_sections as sections
from ecom_assets.alerts.channels import Channel, deliver_error
from ecom_assets.alerts.digest_sections import DAYS_OF_RATES, digest_message
from ecom_assets.alerts.messages import Message
from ecom_assets.alerts.ping import ping
from ecom_assets.assets.links import sql_links
from ecom_assets.assets.tables import OWNERS
from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import EventDays, existing_days
from ecom_assets.settings import Settings
from ecom_assets.steps import RETRY_POLICY, fail_permanent_errors_at_once
from ecom_assets.triggers.runs import REQUESTED_BY_TAG
from ecom_assets.warehouse.contract import Purpose, Row, Warehouse

ASSET = "operations_digest"
JOB = f"{ASSET}_job"
SCHEDULE = "daily_digest"
CRON = "0 7 * * *"


class DigestConfig(dg.Config):
    """What becomes of a digest that the job makes."""

    send: bool = Field(
        default=True,
        description="Send it to the channels in ECOM_ALERT_URLS; false: only show it.",
    )


class Digest:
    """The digest of operations, sent to those of the channels that take errors. It watches the
    sensors and schedules of these names, and its own schedule.

    It has no partitions, and no run of days makes it as an asset of its own: Dagster would make it
    before the days that it tells of. So the graph names it, and the run that has made it reports
    it: its job, and a run of days that somebody has started.
    """

    def __init__(
        self,
        settings: Settings,
        channels: Sequence[Channel],
        *,
        sensors: Sequence[str],
        schedules: Sequence[str],
    ) -> None:
        self._settings = settings
        self._channels = channels
        self._sensors = sensors
        self._schedules = [*schedules, SCHEDULE]

    @property
    def spec(self) -> dg.AssetSpec:
        """The asset `operations_digest`."""
        return dg.AssetSpec(
            ASSET,
            group_name="operations",
            kinds={"markdown"},
            owners=OWNERS,
            description="How the pipeline is: days held, missing and waiting, files passed over, "
            f"the reject rate of the last {DAYS_OF_RATES} days, runs that failed or do not end, "
            "and whether the daemon, the sensors and the schedules are at work.\n\nMade by the "
            f"job `{JOB}`, which the schedule `{SCHEDULE}` starts and which sends it to the "
            "channels in `ECOM_ALERT_URLS`. At the end of a run of days that somebody has started "
            "it is made as well, and only shown.",
            metadata={
                "looks at": "STAGING.SALES_QUALITY, and Dagster's own records",
                **sql_links(made_by=Digest.make),
            },
        )

    def show(
        self,
        context: dg.OpExecutionContext | dg.AssetExecutionContext,
        landing: LandingZone,
        warehouse: Warehouse,
    ) -> None:
        """Make it at the end of a run of days; one that a sensor or a schedule asked for leaves it
        to the next morning.

        Raises:
            WarehouseError: the warehouse cannot be used.
        """
        if REQUESTED_BY_TAG not in context.run.tags:
            self.make(context, landing, warehouse, send=False)

    @property
    def job(self) -> dg.JobDefinition:
        """The job that makes it, and sends it."""

        @dg.op(retry_policy=RETRY_POLICY)
        def make_digest(
            context: dg.OpExecutionContext,
            config: DigestConfig,
            landing: dg.ResourceParam[LandingZone],
            warehouse: dg.ResourceParam[Warehouse],
        ) -> None:
            with fail_permanent_errors_at_once():
                self.make(context, landing, warehouse, send=config.send)

        @dg.job(
            name=JOB,
            description="Makes the digest of operations and sends it to the channels in "
            f"ECOM_ALERT_URLS, or only shows it. The schedule {SCHEDULE} starts it.",
        )
        def job() -> None:
            make_digest()

        return job

    def make(
        self,
        context: dg.OpExecutionContext | dg.AssetExecutionContext,
        landing: LandingZone,
        warehouse: Warehouse,
        *,
        send: bool,
    ) -> None:
        """Look, report the asset, and send it if it is to be sent.

        Raises:
            WarehouseError: the warehouse cannot be used.
        """
        settings = self._settings
        now = datetime.now(settings.reading.zone)
        days = existing_days(settings.start_date, settings.time_zone, now)
        purpose = Purpose(ASSET, context.run.run_id)
        quality: Sequence[Row] = []
        if days:
            with warehouse.session(purpose, context.log.info) as session:
                quality = session.run("staging/quality_by_day", **days.bounds)
        found = sections.all_sections(
            context.instance,
            landing,
            settings,
            days,
            quality,
            sensors=self._sensors,
            schedules=self._schedules,
            now=now,
            done=EventDays.of_tags(context.run.tags),
        )
        whole = digest_message(found, now, is_cut=False)
        sent = "no: only shown"
        if send:
            sent = _send(context, digest_message(found, now), self._channels)
            if settings.ping_url and (problem := ping(settings.ping_url)):
                context.log.warning(f"ECOM_PING_URL was asked for in vain: {problem}.")
        counts = {f"{s.noun}s {s.state}": s.count for s in found if s.noun}
        text = dg.MetadataValue.md(f"**{whole.title}**\n\n{whole.text}")
        told: dict[str, Any] = {"digest": text, "sent": sent, **counts}
        context.log_event(dg.AssetMaterialization(ASSET, metadata=told))


def build_digest_schedule(job: dg.JobDefinition, time_zone: str) -> dg.ScheduleDefinition:
    """The schedule `daily_digest`, off until it is switched on."""
    return dg.ScheduleDefinition(
        name=SCHEDULE,
        job=job,
        cron_schedule=CRON,
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Sends the digest of operations to the channels in ECOM_ALERT_URLS at 07:00 "
        f"{time_zone}.\n\nSwitched on, it starts one small run a day, which reads one table and "
        "changes nothing.",
    )


def _send(
    context: dg.OpExecutionContext | dg.AssetExecutionContext,
    message: Message,
    channels: Sequence[Channel],
) -> str:
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
