"""A landing zone, an instance and the sensor `arrivals`, whose runs are executed between ticks."""

import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from ecom_assets.definitions import build_definitions, landing_of
from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import EventDays
from ecom_assets.settings import S3Url
from ecom_assets.triggers.arrivals import build_arrivals
from ecom_assets_tests.conftest import Pipeline
from ecom_assets_tests.support.stacks import Production
from ecom_assets_tests.torture.report import some


@dataclass
class Arrivals:
    """The sensor on a pipeline of its own.

    Attributes:
        pipeline: the graph, its folder and its instance.
        s3: the servers, where the landing zone is in S3.
        later: how far the sensor's clock is ahead of the files; by default they have settled.
        options: what else `build_arrivals` is told.
        cursor: what the last tick left.
        skipped: why the last tick started nothing.
    """

    pipeline: Pipeline
    s3: Production | None = None
    later: timedelta = timedelta(minutes=1)
    options: dict[str, Any] = field(default_factory=dict)
    cursor: str | None = None
    skipped: str = ""

    @property
    def instance(self) -> dg.DagsterInstance:
        return self.pipeline.instance

    @property
    def landing(self) -> LandingZone:
        return landing_of(self.pipeline.settings)

    def put(self, name: str, content: bytes = b"{}\n", age: timedelta = timedelta()) -> None:
        """Write a file, that long ago by its own time where the landing zone is a folder."""
        place = self.pipeline.settings.landing
        if isinstance(place, S3Url):
            assert self.s3
            self.s3.s3.client().put_object(
                Bucket=place.bucket, Key=f"{place.prefix}/{name}", Body=content
            )
        else:
            path = self.pipeline.land(name, content)
            written = (datetime.now(UTC) - age).timestamp()
            os.utime(path, (written, written))

    def remove(self, name: str) -> None:
        place = self.pipeline.settings.landing
        if isinstance(place, S3Url):
            assert self.s3
            self.s3.s3.client().delete_object(Bucket=place.bucket, Key=f"{place.prefix}/{name}")
        else:
            (place / name).unlink()

    def tick(self, landing: LandingZone | None = None) -> list[dg.RunRequest]:
        """What the sensor asks for now; its cursor is kept as the daemon keeps it."""
        settings = self.pipeline.settings
        sensor = build_arrivals(
            settings,
            clock=lambda: datetime.now(UTC) + self.later,
            **self.options,
        )
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            resources={"landing": landing or self.landing},
            definitions=self.pipeline.definitions,
        )
        result = sensor.evaluate_tick(context)
        self.cursor = result.cursor
        self.skipped = result.skip_message or ""
        for observation in result.asset_events:
            self.instance.report_runless_asset_event(observation)
        requests = list(result.run_requests or [])
        assert bool(requests) != bool(self.skipped), "a tick starts runs or says why not"
        return requests

    def run(
        self, request: dg.RunRequest, resources: Mapping[str, Any] | None = None
    ) -> dg.ExecuteInProcessResult:
        """Execute a requested run."""
        definitions = self.pipeline.definitions
        if resources:
            definitions = build_definitions(self.pipeline.settings, resources)
        return definitions.resolve_job_def("sales").execute_in_process(
            instance=self.instance,
            partition_key=request.partition_key,
            tags=dict(request.tags),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )

    def observed(self, day: str) -> list[dict[str, Any]]:
        """What the page of `sales_files` observes of a day, newest first."""
        records = self.instance.fetch_observations(
            dg.AssetRecordsFilter(dg.AssetKey("sales_files"), asset_partitions=[day]), limit=100
        ).records
        found = [record.asset_observation for record in records]
        return [{name: v.value for name, v in each.metadata.items()} for each in found if each]

    def tick_and_run(self) -> list[str]:
        """A tick, whose runs all succeed; the days they were for."""
        requests = self.tick()
        for request in requests:
            assert self.run(request).success
        return [days_of(request) for request in requests]

    def have_run(self, days: Mapping[str, str], status: dg.DagsterRunStatus, *assets: str) -> str:
        """Have a run, of some assets or of all that the job has; its id."""
        run_id = str(uuid.uuid4())
        job = "__ASSET_JOB" if assets else "sales"  # as the UI has it
        location = RegisteredCodeLocationOrigin("ecom_assets")
        self.instance.add_run(
            dg.DagsterRun(
                job_name=job,
                run_id=run_id,
                status=status,
                tags=days,
                asset_selection=frozenset(map(dg.AssetKey, assets)) or None,
                remote_job_origin=RemoteJobOrigin(
                    RemoteRepositoryOrigin(location, "__repository__"), job
                ),
            )
        )
        return run_id


def days_of(request: dg.RunRequest) -> str:
    """The days of a request, as `2026-01-05` or `2026-01-05 to 2026-01-07`."""
    one_day = {"dagster/partition": request.partition_key} if request.partition_key else {}
    days = EventDays.of_tags({**request.tags, **one_day})
    assert days
    return str(days.first) if days.count == 1 else f"{days.first} to {days.last}"


@pytest.fixture
def arrivals(pipeline: Pipeline) -> Arrivals:
    """The sensor on an empty folder."""
    return Arrivals(pipeline)


ZONES = ["folder", "S3"]
IN_S3_AT_LENGTH = pytest.mark.parametrize("anywhere", some("folder", of=ZONES), indirect=True)
"""For tests of what follows from a listing, where others of the short form list S3."""


@pytest.fixture(params=ZONES)
def anywhere(
    request: pytest.FixtureRequest, pipeline: Pipeline, tmp_path: Path
) -> Iterator[Arrivals]:
    """The sensor on an empty folder, and on an empty place in S3."""
    if request.param == "folder":
        yield Arrivals(pipeline)
    else:
        servers: Production = request.getfixturevalue("servers")
        pipeline.configure(landing=servers.new_place())
        yield Arrivals(pipeline, servers)
