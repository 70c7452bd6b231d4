"""A run on Snowflake that is told to stop: its statement is canceled there, and nothing is kept."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.settings import S3Url, SnowflakeSettings
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.snowflake import SnowflakeWarehouse
from ecom_assets_tests.conftest import DAY, event
from ecom_assets_tests.stopping.shop import SECONDS, Shop, send
from ecom_assets_tests.support.dev_server import until
from ecom_assets_tests.support.stacks import Production, environment
from ecom_assets_tests.torture.report import Figures, some


def interrupt(shop: Shop, process: object) -> None:
    send(process, signal.SIGINT)  # type: ignore[arg-type]


def terminate(shop: Shop, process: object) -> None:
    send(process, signal.SIGTERM)  # type: ignore[arg-type]


def end_from_outside(shop: Shop, process: object) -> None:
    """As *Force termination* does where it reaches no process."""
    with shop.instance() as instance:
        (run,) = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        instance.report_run_canceled(run)


@pytest.fixture
def place(servers: Production) -> S3Url:
    """A place in S3 with three sales of a day."""
    place = servers.new_place()
    lines = "".join(f"{json.dumps(event(n))}\n" for n in range(3)).encode()
    servers.s3.client().put_object(
        Bucket=place.bucket, Key=f"{place.prefix}/dt={DAY}/sales.jsonl", Body=lines
    )
    return place


@pytest.fixture
def settings(servers: Production, place: S3Url) -> SnowflakeSettings:
    """An empty database."""
    return servers.emptied_database(place)


@pytest.fixture
def shop(
    servers: Production, place: S3Url, settings: SnowflakeSettings, tmp_path: Path
) -> Iterator[Shop]:
    """A shop on both."""
    both = {**environment(place, settings), **servers.s3.environment()}
    with closing(Shop(tmp_path, **both)) as found:
        yield found


@pytest.mark.parametrize("stop", some(terminate, of=[interrupt, terminate, end_from_outside]))
def test_a_run_that_is_stopped_cancels_its_statement_and_keeps_nothing(
    stop: Callable[[Shop, object], None],
    shop: Shop,
    settings: SnowflakeSettings,
    servers: Production,
    figures: Figures,
) -> None:
    """While it waits for another run's lock, with what it has loaded behind it."""
    locks, other = servers.snowflake.locks, SnowflakeWarehouse(settings, network_seconds=1)
    with other.session(Purpose("test", "test"), print) as session:
        with session.transaction("staging"):
            process = shop.start()
            until(lambda: locks.waiting, "the run waits", 90)
            locks.canceled.clear()
            start = time.monotonic()
            stop(shop, process)
            process.wait(SECONDS)
            assert time.monotonic() - start < SECONDS
            assert shop.status() == "CANCELED", shop.log()
            figures.count("faults injected")
            assert [sql for sql in locks.canceled if "turns" in sql.lower()]
            until(lambda: not locks.waiting, "nothing waits any more", 5)
        assert session.read_table("staging.sales_quality") == []
        shop.run_here()
        assert len(session.read_table("analytics.fact_sales")) == 3
