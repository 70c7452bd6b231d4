"""Runs to be tormented: their files, and the three steps that write tables, in any process.

A run is what the assets call: load, split, publish, each in a session of its own. Without Dagster a
month takes a second and not twenty, so that it can be killed often.
"""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from ecom_assets.generator.day import generate_day
from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.s3 import S3Zone
from ecom_assets.landing.zone import LandingZone
from ecom_assets.model.limits import Limits
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.publish import publish_audited_days
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.settings import S3Url, SnowflakeSettings
from ecom_assets.warehouse.contract import Purpose, Session, Warehouse
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.snowflake import SnowflakeWarehouse

FIRST = date(2026, 1, 5)
LIMITS = Limits(FIRST, 0, Decimal("0.10"), Decimal("0.30"), hide_values=False)

PRELOADED = ["ecom_assets_tests.torture.runs", "ecom_assets.warehouse.arrow", "duckdb", "sqlglot"]
"""What a process finds imported."""
PRELOADED_FOR_SNOWFLAKE = ["dagster_snowflake", "dagster_aws.s3"]


@dataclass(frozen=True)
class Place:
    """A landing zone and a warehouse, so that any process can open them.

    Attributes:
        landing: a folder, or a place in S3.
        warehouse: a DuckDB file, or a database in Snowflake.
        environment: the AWS SDK's settings.
    """

    landing: Path | S3Url
    warehouse: Path | SnowflakeSettings
    environment: Mapping[str, str] = field(default_factory=dict)

    def zone(self) -> LandingZone:
        if isinstance(self.landing, Path):
            return FolderZone(self.landing)
        return S3Zone(self.landing.bucket, self.landing.prefix)

    def opened(self) -> Warehouse:
        if isinstance(self.warehouse, Path):
            return DuckDBWarehouse(self.warehouse, wait_seconds=600)
        # the double, other than Snowflake, answers only when a statement is done, waiting included
        return SnowflakeWarehouse(self.warehouse, network_seconds=200)


def days_of(count: int, first: date = FIRST) -> EventDays:
    """That many days."""
    return EventDays(first, first + timedelta(days=count - 1))


def batch(day: date, version: int, rows: int = 20) -> Mapping[str, bytes]:
    """The files of a day: one, and from its second version on, which has other lines, two."""
    files = {"sales.jsonl": (version, rows + version)}
    if version > 1:
        files["more.jsonl"] = (100 + version, rows // 2)
    return {
        f"dt={day}/{name}": b"".join(generate_day(day, seed=seed, rows=n, defect_share=0.1))
        for name, (seed, n) in files.items()
    }


def run_days(zone: LandingZone, warehouse: Warehouse, days: EventDays, run_id: str = "run") -> None:
    """Load, split and publish some days; none may be held."""
    for step in STEPS:
        step(zone, warehouse, days, run_id)


def load(zone: LandingZone, warehouse: Warehouse, days: EventDays, run_id: str) -> None:
    """The first step."""
    with _session(warehouse, "raw_sales", days, run_id) as session:
        load_new_files(session, zone, days, run_id=run_id, log=_no_log)


def split(zone: LandingZone, warehouse: Warehouse, days: EventDays, run_id: str) -> None:
    """The second."""
    with _session(warehouse, "stg_sales", days, run_id) as session:
        stage_days(session, days, LIMITS, run_id=run_id)


def publish(zone: LandingZone, warehouse: Warehouse, days: EventDays, run_id: str) -> None:
    """The third."""
    with _session(warehouse, "fact_sales", days, run_id) as session:
        published = publish_audited_days(session, days, LIMITS, log=_no_log, run_id=run_id)
    assert not published.audit.held


STEPS = (load, split, publish)


def _session(
    warehouse: Warehouse, step: str, days: EventDays, run_id: str
) -> AbstractContextManager[Session]:
    return warehouse.session(Purpose(step, run_id, days.first, days.last), _no_log)


def _no_log(said: str) -> None:
    pass


def processes(snowflake: bool) -> Any:
    """What makes processes: each begins as a copy of one that has imported what it needs."""
    context = get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED, *(PRELOADED_FOR_SNOWFLAKE if snowflake else [])])
    return context


def started(
    context: Any, place: Place, days: EventDays, run_id: str = "run", times: int = 1
) -> tuple[ForkServerProcess, Event]:
    """A process that runs these days, and what is set when it is about to begin."""
    begun = context.Event()
    process = context.Process(target=_run, args=(place, days, run_id, times, begun), daemon=True)
    process.start()
    return process, begun


def _run(place: Place, days: EventDays, run_id: str, times: int, begun: Event) -> None:
    os.environ.update(place.environment)
    begun.set()
    for _ in range(times):
        run_days(place.zone(), place.opened(), days, run_id)
