"""The whole graph through Dagster on every stack: a week with a bad day, and the same again."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ecom_assets.definitions import build_definitions, warehouse_of
from ecom_assets.generator.day import generate_day
from ecom_assets.model.sales import SALES
from ecom_assets.settings import PROJECT_ROOT, Settings
from ecom_assets.warehouse.contract import Purpose, Row
from ecom_assets_tests.support.stacks import (
    FOLDER_DUCKDB,
    S3_SNOWFLAKE,
    STACKS,
    Production,
    Servers,
)
from ecom_assets_tests.torture.report import Figures

pytestmark = pytest.mark.xdist_group("weeks")

FIRST = date(2026, 1, 5)
DAYS = [FIRST + timedelta(days=n) for n in range(7)]
BAD_DAY = DAYS[3]


def settings_for(stack: str, root: Path, servers: Servers) -> Settings:
    place = servers.new_place()
    return Settings(
        landing=root / "landing" if stack == FOLDER_DUCKDB else place,
        source="external",
        duckdb_path=root / "w.duckdb",
        start_date=DAYS[0],
        late_days=0,
        reject_rate_warn=Decimal("0.10"),
        reject_rate_error=Decimal("0.30"),
        hide_values=False,
        snowflake=servers.new_database(place) if stack == S3_SNOWFLAKE else None,
    )


def land(settings: Settings, servers: Servers, name: str, content: bytes) -> None:
    if isinstance(settings.landing, Path):
        path = settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    else:
        key = f"{settings.landing.prefix}/{name}"
        servers.s3.client().put_object(Bucket=settings.landing.bucket, Key=key, Body=content)


def run(
    settings: Settings, instance: dg.DagsterInstance, last: date = DAYS[-1]
) -> dg.ExecuteInProcessResult:
    """The whole graph for the week, or up to another day, in one run."""
    return (
        build_definitions(settings)
        .resolve_job_def("sales")
        .execute_in_process(
            instance=instance,
            tags={
                "dagster/asset_partition_range_start": FIRST.isoformat(),
                "dagster/asset_partition_range_end": last.isoformat(),
            },
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
    )


def tables(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """What is in the warehouse, in order, without what differs from run to run."""
    of_a_run = ("ingestion_ts", "run_id", "load_id", "evaluated_at", "raw")

    def plain(row: Row) -> tuple[Any, ...]:
        return tuple(value for name, value in row.items() if name not in of_a_run)

    names = [
        *("staging.stg_sales_clean", "staging.stg_sales_rejects", "staging.sales_quality"),
        *("staging.sales_quality_rules", "analytics.fact_sales", "analytics.revenue_by_day"),
        *("analytics.revenue_by_country", "analytics.payment_method_usage"),
    ]
    with warehouse_of(settings).session(Purpose("test", "test"), print) as session:
        return {name: sorted(map(plain, session.read_table(name)), key=str) for name in names}


def land_week(settings: Settings, servers: Servers, share_of_bad_day: float) -> None:
    for day in DAYS:
        share = share_of_bad_day if day == BAD_DAY else 0.05
        blocks = generate_day(day, seed=1, rows=120, defect_share=share, rules=SALES.rules)
        land(settings, servers, f"dt={day}/sales.jsonl", b"".join(blocks))


def report(settings: Settings, servers: Servers) -> str:
    """The report's page, where a reader finds it."""
    if isinstance(settings.reports, Path):
        return (settings.reports / "sales_report.html").read_text(encoding="utf-8")
    key = f"{settings.reports.prefix}/sales_report.html"
    stored = servers.s3.client().get_object(Bucket=settings.reports.bucket, Key=key)
    assert stored["ContentType"] == "text/html; charset=utf-8", "a browser shows it"
    return str(stored["Body"].read().decode())


def published(instance: dg.DagsterInstance) -> set[str]:
    return set(instance.get_materialized_partitions(dg.AssetKey("fact_sales")))


@dataclass(frozen=True)
class Week:
    """A stack whose week, with a bad day in it, was run once.

    Attributes:
        settings: what it was built with.
        instance: its Dagster instance.
        succeeded: whether that run did.
        days: what it has published.
        report: the page that it has made.
        tables: what was in the warehouse behind it.
    """

    settings: Settings
    instance: dg.DagsterInstance
    succeeded: bool
    days: set[str]
    report: str
    tables: Mapping[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def week(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Week]]:
    """The week of a stack; run when it is asked for first."""
    made: dict[str, Week] = {}
    with ExitStack() as opened:

        def week_of(stack: str) -> Week:
            if stack not in made:
                settings = settings_for(stack, tmp_path_factory.mktemp("week"), servers)
                land_week(settings, servers, share_of_bad_day=0.6)
                instance = opened.enter_context(dg.DagsterInstance.ephemeral())
                succeeded = run(settings, instance).success
                days, page = published(instance), report(settings, servers)
                made[stack] = Week(settings, instance, succeeded, days, page, tables(settings))
            return made[stack]

        yield week_of


@pytest.fixture
def instance() -> Any:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.mark.parametrize("stack", STACKS)
def test_a_week_with_a_bad_day(stack: str, servers: Servers, week: Callable[[str], Week]) -> None:
    held = week(stack)
    settings, instance, first = held.settings, held.instance, held.tables
    assert not held.succeeded
    assert held.days == {str(day) for day in DAYS if day != BAD_DAY}
    assert "1 day held" in held.report
    assert {row[2] for row in first["analytics.fact_sales"]} == set(DAYS) - {BAD_DAY}
    assert sum(row[1] for row in first["staging.sales_quality"]) == sum(
        len(first[f"staging.stg_sales_{part}"]) for part in ("clean", "rejects")
    )

    land_week(settings, servers, share_of_bad_day=0.05)
    assert run(settings, instance).success
    assert published(instance) == {str(day) for day in DAYS}
    second = tables(settings)
    assert len(second["analytics.fact_sales"]) == len(second["staging.stg_sales_clean"])
    assert "no day held" in report(settings, servers)
    assert run(settings, instance).success
    assert tables(settings) == second, "the same again gives the same"


def test_every_stack_makes_the_same_tables(week: Callable[[str], Week]) -> None:
    made = [week(stack).tables for stack in STACKS]
    assert made[0]["analytics.fact_sales"]
    assert made[0] == made[1]
    assert made[0] == made[2]


def run_days(settings: Settings, servers: Production, instance: Any, days: int) -> None:
    """Some days with a few good events each, in one run."""
    listed = [FIRST + timedelta(days=n) for n in range(days)]
    for day in listed:
        blocks = generate_day(day, seed=1, rows=30, defect_share=0.05, rules=SALES.rules)
        land(settings, servers, f"dt={day}/sales.jsonl", b"".join(blocks))
    assert run(settings, instance, listed[-1]).success


def test_a_run_of_many_days_sends_as_many_statements_as_a_run_of_a_day(
    tmp_path: Path,
    servers: Production,
    instance: dg.DagsterInstance,
    torture: bool,
    figures: Figures,
) -> None:
    def statements(days: int) -> int:
        settings = settings_for(S3_SNOWFLAKE, tmp_path, servers)
        before = len(servers.snowflake.statements)
        run_days(settings, servers, instance, days)
        return len(servers.snowflake.statements) - before

    many = 30 if torture else 7
    page = (PROJECT_ROOT / "docs/scaling.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"(\d+) statements a day is \*\*measured\*\*", page)
    assert statements(1) == statements(many) == int(told)
    figures.count("days checked", many)


def test_each_asset_names_its_statements_in_snowflake_s_history(
    tmp_path: Path, servers: Production, instance: dg.DagsterInstance
) -> None:
    settings = settings_for(S3_SNOWFLAKE, tmp_path, servers)
    run_days(settings, servers, instance, 1)
    known = {query_id for ids in servers.snowflake.history.values() for query_id in ids}
    for asset, script in (
        ("raw_sales", "load_lines"),
        ("stg_sales_clean", "staging/split"),
        ("fact_sales", "analytics/publish"),
    ):
        event = instance.get_latest_materialization_event(dg.AssetKey(asset))
        assert event is not None
        assert event.asset_materialization is not None
        metadata = event.asset_materialization.metadata
        records = metadata["queries"].value.records  # type: ignore[union-attr]
        assert script in {record.data["script"] for record in records}
        assert {record.data["query id"] for record in records} <= known
        assert all(record.data["milliseconds"] > 0 for record in records)
