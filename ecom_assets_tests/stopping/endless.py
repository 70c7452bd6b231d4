"""The graph with a step that does not end, or fails again and again: for a process of its own.

`ECOM_TEST_STEP` names the step, and `ECOM_TEST_EXECUTOR` the kind of executor. The statement that
has no end comes last in the step's transaction, behind all that it writes; `ECOM_TEST_FAULT=busy`
puts an error that may pass in its place. The file `at_work` in DAGSTER_HOME has a line for each.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions import policy

from ecom_assets.definitions import build_definitions
from ecom_assets.settings import read_settings
from ecom_assets.stopping import see_step_goes_on
from ecom_assets.warehouse.contract import Layer, Log, Purpose, WarehouseBusy
from ecom_assets.warehouse.duckdb import DuckDBSession, DuckDBWarehouse

ENDLESS = (
    "select count(*) from range(3000000000) as a, range(1000) as b where a.range * b.range = 7"
)


class EndlessWarehouse(DuckDBWarehouse):
    """One whose transactions of a step do not end."""

    @contextmanager
    def session(self, purpose: Purpose, log: Log) -> Iterator[DuckDBSession]:
        with super().session(purpose, log) as session:
            if purpose.step == os.environ.get("ECOM_TEST_STEP"):
                _make_endless(session)
            yield session


def _make_endless(session: DuckDBSession) -> None:
    real: Any = session.transaction

    @contextmanager
    def transaction(layer: Layer) -> Iterator[None]:
        with real(layer):
            yield
            with Path(os.environ["DAGSTER_HOME"], "at_work").open("a") as told:
                told.write("once\n")
            if os.environ.get("ECOM_TEST_FAULT") == "busy":
                raise WarehouseBusy("busy for a while")
            session._run([ENDLESS])

    session.transaction = transaction  # type: ignore[method-assign]


# the jitter of the retry policy may leave no wait at all, and a test is about what comes within it
policy.random = lambda: 0.5  # type: ignore[attr-defined]

EXECUTORS = {"in_process": dg.in_process_executor, "multiprocess": dg.multiprocess_executor}

settings = read_settings()
defs = build_definitions(
    settings,
    {"warehouse": EndlessWarehouse(settings.duckdb_path, see_wanted=see_step_goes_on)},
    EXECUTORS[os.environ.get("ECOM_TEST_EXECUTOR", "in_process")],
)
