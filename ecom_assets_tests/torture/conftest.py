"""The stages of the torture tests, each set up once for a number of days."""

from collections.abc import Callable, Iterator

import pytest

from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, S3_DUCKDB, Production
from ecom_assets_tests.torture.runs import days_of
from ecom_assets_tests.torture.stages import DuckDBStage, S3Stage, SnowflakeStage, Stage


@pytest.fixture(scope="session")
def staged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, int], Stage]:
    """The stage of a stack with some days; the same one whenever it is asked for."""
    made: dict[tuple[str, int], Stage] = {}

    def stage(stack: str, days: int) -> Stage:
        if (stack, days) not in made:
            root, of = tmp_path_factory.mktemp("stage"), days_of(days)
            if stack == FOLDER_DUCKDB:
                made[stack, days] = DuckDBStage(root, of)
            else:
                servers: Production = request.getfixturevalue("servers")
                made[stack, days] = (
                    S3Stage(root, servers, of)
                    if stack == S3_DUCKDB
                    else SnowflakeStage(servers, of)
                )
        return made[stack, days]

    return stage


@pytest.fixture
def soon_rolled_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """Transactions of clients that are gone are ended after half a second, not five minutes."""
    if request.node.callspec.params["stack"] == FOLDER_DUCKDB:
        yield
        return
    locks = request.getfixturevalue("servers").snowflake.locks
    before, locks.idle_seconds = locks.idle_seconds, 0.5
    yield
    locks.idle_seconds = before
