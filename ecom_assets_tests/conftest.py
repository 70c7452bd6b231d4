"""What the tests share: a pipeline of their own, on a folder, a DuckDB file and an instance."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import duckdb
import hypothesis
import pytest
from dagster_shared.record import copy

from ecom_assets import settings as settings_module
from ecom_assets.definitions import build_definitions
from ecom_assets.model import sales
from ecom_assets.model.reading import Reading
from ecom_assets.model.stream import EventStream
from ecom_assets.settings import Settings
from ecom_assets_tests.support.light_clients import light_clients
from ecom_assets_tests.support.light_instances import light_instances
from ecom_assets_tests.support.stacks import (
    FOLDER_DUCKDB,
    Production,
    Stack,
    emptied_stack,
    folder_stack,
    production,
)

pytest_plugins = [
    "ecom_assets_tests.support.left_out",
    "ecom_assets_tests.support.selection",
    "ecom_assets_tests.torture.report",
]

DAY = date(2026, 1, 5)

# a busy machine breaks no promise, and what is drawn by chance is drawn anew in every run
hypothesis.settings.register_profile(
    "ecom_assets",
    max_examples=50,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("ecom_assets")


def event(number: int | str = 1, **fields: Any) -> dict[str, Any]:
    """A good event of `DAY`, with other values in some fields; `...` leaves a field out."""
    good = {
        "event_id": f"event-{number}",
        "event_ts": "2026-01-05T12:00:00Z",
        "order_id": f"order-{number}",
        "customer_id": 7,
        "session_id": "session",
        "product_id": 11,
        "category": "Books",
        "quantity": 2,
        "unit_price": 12.5,
        "total_amount": 25.0,
        "currency": "EUR",
        "payment_method": "paypal",
        "country": "DE",
        "device": "mobile",
        "marketing_channel": "email",
    }
    return {k: v for k, v in {**good, **fields}.items() if v is not ...}


def write_lines(path: Path, lines: bytes | Sequence[Mapping[str, Any] | str]) -> Path:
    """Write a file: bytes as they are, or events and lines of text."""
    if not isinstance(lines, bytes):
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        lines = "".join(f"{text}\n" for text in texts).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(lines) if path.name.lower().endswith(".gz") else lines)
    return path


class Pipeline:
    """The whole graph on a folder of its own.

    Attributes:
        settings: what it was built with; change them with `configure`.
        folder: the landing zone.
        instance: its Dagster instance.
    """

    def __init__(self, root: Path, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.folder = root / "landing"
        self.settings = Settings(
            landing=self.folder,
            source="external",
            duckdb_path=root / "warehouse.duckdb",
            start_date=date(2026, 1, 1),
            late_days=0,
            reject_rate_warn=Decimal("0.10"),
            reject_rate_error=Decimal("0.30"),
            hide_values=False,
        )
        self._built: tuple[tuple[Settings, EventStream], dg.Definitions] | None = None

    def configure(self, **settings: Any) -> None:
        """Change settings."""
        self.settings = replace(self.settings, **settings)

    @property
    def definitions(self) -> dg.Definitions:
        """The graph as it is configured and declared now; built once, as a code server does."""
        now = self.settings, sales.SALES
        if self._built is None or any(a is not b for a, b in zip(self._built[0], now, strict=True)):
            self._built = now, build_definitions(self.settings)
        return self._built[1]

    def land(self, name: str, lines: bytes | Sequence[Mapping[str, Any] | str]) -> Path:
        """Put a file into the landing zone: bytes as they are, or events and lines of text."""
        return write_lines(self.folder / name, lines)

    def run(
        self,
        first: date = DAY,
        last: date | None = None,
        *,
        selection: Sequence[str] | None = None,
        config: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Materialize a day, or a range of days in one run, with all checks."""
        of_days = {"dagster/partition": first.isoformat()}
        if last is not None:
            of_days = {
                "dagster/asset_partition_range_start": first.isoformat(),
                "dagster/asset_partition_range_end": last.isoformat(),
            }
        return self.definitions.resolve_job_def("sales").execute_in_process(
            instance=self.instance,
            tags={**of_days, **(tags or {})},
            asset_selection=[dg.AssetKey(name) for name in selection] if selection else None,
            run_config={
                "loggers": {"console": {"config": {"log_level": "ERROR"}}},
                **({"ops": {"sales_files": {"config": config}}} if config else {}),
            },
            raise_on_error=False,
        )

    def run_checks(self, first: date = DAY, last: date | None = None) -> dg.ExecuteInProcessResult:
        """Run all checks for a day or a range of days, and nothing else."""
        days = {"first_day": str(first), "last_day": str(last or first)}
        return self.definitions.resolve_job_def("sales_checks").execute_in_process(
            instance=self.instance, run_config=days, raise_on_error=False
        )

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The DuckDB file, between runs."""
        connection = duckdb.connect(self.settings.duckdb_path)
        try:
            yield connection
        finally:
            connection.close()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the DuckDB file."""
        with self.connect() as connection:
            return connection.execute(sql).fetchall()

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Clean, rejects and fact, without what differs from run to run."""
        return {
            "clean": self.query(
                "select * exclude (ingestion_ts) from staging.stg_sales_clean order by all"
            ),
            "rejects": self.query(
                "select * exclude (ingestion_ts, run_id) from staging.stg_sales_rejects "
                "order by all"
            ),
            "fact": self.query(
                "select * exclude (ingestion_ts) from analytics.fact_sales order by all"
            ),
        }

    def balance(self, day: date = DAY) -> tuple[int, int, int]:
        """Current rows in RAW of a day's files, rows in clean, rows in rejects."""
        return self.query(
            f"""
            select
                (select count(*) from raw.raw_sales r join raw.raw_sales_files f
                    using (load_id, source_filename)
                    where f.superseded_at is null and r.batch_date = date '{day}'),
                (select count(*) from staging.stg_sales_clean where event_date = date '{day}'),
                (select count(*) from staging.stg_sales_rejects where event_date = date '{day}')
            """
        )[0]

    def materialized(self, asset: str) -> set[str]:
        """The days of an asset that Dagster calls materialized."""
        return set(self.instance.get_materialized_partitions(dg.AssetKey(asset)))

    def latest_metadata(self, asset: str) -> Mapping[str, Any]:
        """What the latest materialization of an asset tells."""
        record = self.instance.get_latest_materialization_event(dg.AssetKey(asset))
        assert record is not None, f"{asset} was not materialized"
        assert record.asset_materialization is not None
        return record.asset_materialization.metadata

    def evaluations(self, asset: str, check: str) -> dict[str | None, dg.AssetCheckEvaluation]:
        """The latest evaluation of a check for each day, whose description is without its day;
        under None that of a whole run."""
        records = self.instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey(asset), check), limit=10_000
        )
        found: dict[str | None, dg.AssetCheckEvaluation] = {}
        for record in records:  # newest first
            entry = record.event
            evaluation = entry.asset_check_evaluation if entry else None
            if evaluation is not None and evaluation.partition not in found:
                day, says = evaluation.partition, evaluation.description or ""
                assert day is None or says.startswith(f"{day}: "), "the run's log says no day else"
                found[day] = copy(evaluation, description=says.removeprefix(f"{day}: "))
        return found


@pytest.fixture(scope="session", autouse=True)
def the_checkout_has_no_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Neither its `.env` nor the first day that `make demo` has left there counts in these
    processes."""
    no_file = tmp_path_factory.mktemp("checkout") / ".env"
    with (
        mock.patch.object(settings_module.read_settings, "__defaults__", (None, no_file)),
        mock.patch.object(settings_module, "DEMO_FILE", "demo-of-the-tests.env"),
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def instances_are_light() -> Iterator[None]:
    """An ephemeral instance of Dagster's is made in a seventh of the time."""
    with light_instances():
        yield


@pytest.fixture(scope="session", autouse=True)
def clients_are_light() -> Iterator[None]:
    """What a client of AWS knows of it is read once."""
    with light_clients():
        yield


@pytest.fixture(scope="session")
def servers() -> Iterator[Production]:
    """An S3 and a Snowflake, emulated, started once for each process of the tests."""
    with production() as started:
        yield started


@pytest.fixture
def stack_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Stack]:
    """An empty stack by its name, and how its lines are read, of one test; the servers start with
    the first that needs them."""

    def stack(name: str, reading: Reading | None = None) -> Stack:
        if name == FOLDER_DUCKDB:
            return folder_stack(tmp_path, reading)
        return emptied_stack(name, tmp_path, request.getfixturevalue("servers"), reading)

    return stack


@pytest.fixture(autouse=True)
def retries_without_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails is tried again at once."""
    monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", lambda _policy, _attempt: 0)


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    """A pipeline on an empty folder with an external source, on an ephemeral instance."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield Pipeline(tmp_path, instance)
