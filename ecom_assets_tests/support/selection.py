"""Which tests are slow, which share a process, and which start first.

`make test-fast` leaves out what is marked `slow`: here, by what a test asks for and does, and by
hand where a test of the rest takes more than three seconds. How a test is run is not here.
"""

import gc
import inspect
import re
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType

import pytest

from ecom_assets_tests.stopping.shop import Shop
from ecom_assets_tests.support.clone import served_in
from ecom_assets_tests.support.deployment import Deployment
from ecom_assets_tests.support.dev_server import DevServer, Ui, dev_server, served
from ecom_assets_tests.support.stacks import S3_DUCKDB, S3_SNOWFLAKE

SLOW_FIXTURES = {"browser", "proxy", "server", "servers", "staged"}
"""What starts a browser, nginx, an emulated S3 or Snowflake, or processes to be killed."""
SLOW_PARAMETERS = {S3_DUCKDB, S3_SNOWFLAKE, "S3"}
"""What fixtures take that start one for some of their parameters."""
STARTERS = (Deployment, DevServer, Shop, Ui, dev_server, served, served_in)
"""What a module imports whose tests start a server of Dagster, or runs as processes."""

RUNS = re.compile(r"\.(run|run_checks|tick_and_run)\(")
"""How a test on a `pipeline` runs the whole graph, which takes a second: once in a fast test."""

ON_SNOWFLAKE, EVERY_TYPE = "Snowflake", "Snowflake, every type"
"""Groups of tests on the emulated Snowflake, by the stream that they declare: to translate its
statements takes longer than most tests, and what a process has translated no other one knows."""

FIRST = (
    *("dagster dev", "dagster dev too", ON_SNOWFLAKE, EVERY_TYPE),
    *("torture", "weeks", "canaries"),
)
"""Groups of tests that share what they have started, the longest first. Those on dev servers mostly
wait, so that others have the processor; started last, all would wait for them."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Before xdist writes the groups into the ids."""
    if group_of(item) is None and _is_on_snowflake(item):
        every_type = "every_type" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group(EVERY_TYPE if every_type else ON_SNOWFLAKE))


@pytest.hookimpl(tryfirst=True)  # before -m chooses by marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is slow; where several processes share the tests, begin with the longest."""
    for item in items:
        if is_slow(item):
            item.add_marker(pytest.mark.slow)
    if hasattr(config, "workerinput"):
        items.sort(key=turn)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """See that groups are kept together: xdist does so by the end of an id, which pytest 9.2 makes
    in another way (pytest-xdist, issue 1386), and says nothing."""
    gc.freeze()  # all that is imported: looking through it for garbage again and again takes time
    gc.set_threshold(50_000, 10, 10)  # and so does looking after every 700 objects of a statement
    if not getattr(session.config.option, "loadgroup", False):
        return
    for item in session.items:
        if group_of(item) and "@" not in item.nodeid:
            raise pytest.UsageError("this pytest-xdist keeps no groups together with this pytest")


def is_slow(item: pytest.Item) -> bool:
    """Whether a test starts what takes its time."""
    assert isinstance(item, pytest.Function)
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return (
        not SLOW_FIXTURES.isdisjoint(item.fixturenames)
        or any(isinstance(one, str) and one in SLOW_PARAMETERS for one in given)
        or _imports_a_starter(item.module)
        or ("pipeline" in item.fixturenames and _runs(item.function) > 1)
    )


def _is_on_snowflake(item: pytest.Item) -> bool:
    """Whether a test is on the emulated Snowflake, alone or beside the same on other stacks; not
    where it has processes of its own."""
    assert isinstance(item, pytest.Function)
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    if any(isinstance(one, str) and one == S3_SNOWFLAKE for one in given):
        return True
    of_snowflake = "servers" in item.fixturenames and "snowflake" in item.nodeid
    return of_snowflake and not _imports_a_starter(item.module)


@lru_cache
def _imports_a_starter(module: ModuleType) -> bool:
    return any(found is one for found in vars(module).values() for one in STARTERS)


@lru_cache
def _runs(test: Callable[..., object]) -> int:
    return len(RUNS.findall(inspect.getsource(test)))


def turn(item: pytest.Item) -> int:
    """Groups by `FIRST`, then what is slow, then all others."""
    group = group_of(item)
    if group in FIRST:
        return FIRST.index(group)
    return len(FIRST) + (item.get_closest_marker("slow") is None)


def group_of(item: pytest.Item) -> str | None:
    """The group of tests that one process runs."""
    mark = item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark else None
