"""The Dagster definitions: settings read, adapters chosen, the graph put together.

The only module that knows all the others. `defs` is what `workspace.yaml` loads.
"""

import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from ecom_assets.alerts.channels import channels_of
from ecom_assets.alerts.digest import Digest, build_digest_schedule
from ecom_assets.alerts.late_files import build_late_files
from ecom_assets.alerts.sensor import build_alerts
from ecom_assets.assets.analytics import build_fact_sales
from ecom_assets.assets.answers import REPORT_FILE, answer_specs, build_answers_job
from ecom_assets.assets.decide import build_decide_job
from ecom_assets.assets.forget import build_forget_job
from ecom_assets.assets.landing import build_sales_files
from ecom_assets.assets.links import with_links
from ecom_assets.assets.plan import build_plan_job
from ecom_assets.assets.prune import build_prune_job
from ecom_assets.assets.raw import build_raw_sales
from ecom_assets.assets.staging import build_staging
from ecom_assets.checks.analytics import build_fact_checks
from ecom_assets.checks.raw import build_raw_checks
from ecom_assets.checks.staging import build_staging_checks
from ecom_assets.checks.step import build_checks_job
from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.s3 import S3Zone
from ecom_assets.landing.zone import LandingZone
from ecom_assets.logs import log_in_json
from ecom_assets.partitions import event_dates
from ecom_assets.settings import S3Url, Settings, places_outside_checkout, read_settings
from ecom_assets.stopping import see_step_goes_on, stoppable
from ecom_assets.triggers.arrivals import build_arrivals
from ecom_assets.triggers.daily import build_daily
from ecom_assets.warehouse.contract import Warehouse
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.snowflake import SnowflakeWarehouse


def landing_of(settings: Settings) -> LandingZone:
    """The landing zone that the settings choose; nothing is asked of it yet."""
    return _zone(settings.landing, "ECOM_LANDING")


def reports_of(settings: Settings) -> LandingZone:
    """Where the report is written."""
    return _zone(settings.reports, "ECOM_REPORTS")


def _zone(place: Path | S3Url, setting: str) -> LandingZone:
    if isinstance(place, S3Url):
        return S3Zone(place.bucket, place.prefix, setting)
    return FolderZone(place, setting)


def warehouse_of(settings: Settings) -> Warehouse:
    """The warehouse that the settings choose; nothing is asked of it yet."""
    if settings.snowflake:
        return SnowflakeWarehouse(
            settings.snowflake, see_wanted=see_step_goes_on, reading=settings.reading
        )
    return DuckDBWarehouse(
        settings.duckdb_path,
        memory_limit=settings.duckdb_memory_limit,
        see_wanted=see_step_goes_on,
        reading=settings.reading,
    )


def build_definitions(
    settings: Settings,
    resources: Mapping[str, Any] | None = None,
    executor: dg.ExecutorDefinition = dg.in_process_executor,
) -> dg.Definitions:
    """The asset graph for these settings.

    Args:
        settings: checked settings.
        resources: adapters to use in place of those that the settings choose, by their name
            (`landing`, `warehouse`, `reports`); for tests.
        executor: what executes the steps of a run. One process by default: loading Dagster again
            for each step would cost more than the steps of a small day do, and the warehouse does
            the work in parallel.
    """
    with warnings.catch_warnings():
        # single-run backfills, links to code and partitions on checks are beta or preview in 1.13
        warnings.simplefilter("ignore", dg.BetaWarning)
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return _build_definitions(settings, resources or {}, executor)


def _build_definitions(
    settings: Settings, resources: Mapping[str, Any], executor: dg.ExecutorDefinition
) -> dg.Definitions:
    partitions = event_dates(settings.start_date, settings.time_zone)
    engine = settings.engine
    limits = settings.limits
    checks = [
        build_raw_checks(partitions),
        build_staging_checks(partitions, limits),
        build_fact_checks(partitions, settings.limits),
    ]
    channels = channels_of(settings.alert_urls, settings.alert_warn_urls)
    sensors = [
        build_arrivals(settings),
        build_alerts(settings, channels),
    ]
    daily = build_daily(settings)
    digest = Digest(
        settings, channels, sensors=[each.name for each in sensors], schedules=[daily.name]
    )
    late_files = [build_late_files(settings, channels)] if settings.complete_by else []
    return dg.Definitions(
        assets=with_links(
            [
                build_sales_files(partitions, settings.source, str(settings.landing)),
                build_raw_sales(partitions, engine, limits, keep_or_drop=settings.vanished_files),
                build_staging(partitions, engine, limits),
                build_fact_sales(partitions, engine, limits, digest.show),
                *answer_specs(engine, f"{settings.reports}/{REPORT_FILE}"),
                digest.spec,
            ],
            settings.repository,
        ),
        asset_checks=checks,
        jobs=[
            dg.define_asset_job(
                "sales",
                selection=dg.AssetSelection.all(),
                description="The whole graph, from a day's files to the answers and the report, "
                "with all checks, for one day or a range of days. The sensor arrivals and the "
                "schedule daily start it; by hand, choose days under “Materialize…”.",
            ),
            build_answers_job(engine, limits),
            build_checks_job(checks),
            build_decide_job(limits, settings.time_zone),
            build_forget_job(limits),
            build_plan_job(limits, settings.time_zone),
            build_prune_job(),
        ],
        sensors=sensors,
        schedules=[daily, build_digest_schedule(digest.job, settings.time_zone), *late_files],
        resources={
            "landing": landing_of(settings),
            "reports": reports_of(settings),
            "warehouse": warehouse_of(settings),
            **resources,
        },
        executor=stoppable(executor),
    )


def _definitions() -> dg.Definitions:
    settings = read_settings()
    if places := places_outside_checkout(settings):
        logging.getLogger("dagster.ecom_assets").info(places)
    if settings.log_format == "json":
        log_in_json()
    return build_definitions(settings)


defs = _definitions()
