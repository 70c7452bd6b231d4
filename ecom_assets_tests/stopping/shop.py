"""A shop with a Dagster home of its own, whose runs are processes."""

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from ecom_assets.definitions import build_definitions
from ecom_assets.settings import PROJECT_ROOT, read_settings
from ecom_assets_tests.conftest import DAY, event, write_lines
from ecom_assets_tests.support.dev_server import BIN, clean_environment, until

ENDLESS = "ecom_assets_tests.stopping.endless"
SHIPPED = "ecom_assets.definitions"
SECONDS = 10
"""Within which a run is CANCELED."""


class Shop:
    """Attributes:
    home: its Dagster home, with the `dagster.yaml` that is shipped.
    database: its DuckDB file.
    environment: what its processes are started with.
    """

    def __init__(self, root: Path, **settings: str) -> None:
        self.home = root
        self.database = root / "warehouse.duckdb"
        self._processes: list[subprocess.Popen[bytes]] = []
        shutil.copy(PROJECT_ROOT / "dagster.yaml", root)
        self.settings = {
            "ECOM_LANDING": str(root / "landing"),
            "ECOM_DUCKDB_PATH": str(self.database),
            "ECOM_SOURCE": "external",
            **settings,
        }

    @property
    def environment(self) -> Mapping[str, str]:
        return clean_environment(
            DAGSTER_HOME=str(self.home), PYTHONPATH=str(PROJECT_ROOT), **self.settings
        )

    def land(self, number: int, day: date = DAY) -> None:
        """Put as many events into the day's file."""
        events = [event(f"{day}-{n}", event_ts=f"{day}T12:00:00Z") for n in range(number)]
        write_lines(self.home / "landing" / f"dt={day}" / "sales.jsonl", events)

    def start(
        self, module: str = SHIPPED, day: date = DAY, **environment: str
    ) -> "subprocess.Popen[bytes]":
        """A run of the command line, started from another folder."""
        tags = f'{{"dagster/partition": "{day}"}}'
        with (self.home / "run.log").open("wb") as log:
            process = subprocess.Popen(
                [BIN / "dagster", "job", "execute", "-m", module, "-j", "sales", "--tags", tags],
                cwd=self.home.parent,
                env={**self.environment, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def close(self) -> None:
        """Kill what a test has left at work, for it may have no end."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def run(self, day: date = DAY, seconds: float = 90) -> None:
        """A run of the command line that has to succeed."""
        assert self.start(day=day).wait(seconds) == 0, self.log()

    def run_here(self, day: date = DAY) -> None:
        """A run in this process that has to succeed: a start of another takes seconds."""
        job = build_definitions(read_settings(self.settings)).resolve_job_def("sales")
        with self.instance() as instance:
            tags = {"dagster/partition": str(day)}
            assert job.execute_in_process(instance=instance, tags=tags).success

    def text(self) -> str:
        """What the latest run of the command line has printed."""
        return (self.home / "run.log").read_text()

    def log(self) -> str:
        """The last of it."""
        return self.text()[-6000:]

    def times_at_work(self) -> int:
        """How often the step without an end was begun."""
        told = self.home / "at_work"
        return len(told.read_text().splitlines()) if told.exists() else 0

    def until_at_work(self) -> None:
        """Wait until it is."""
        try:
            until(self.times_at_work, "the step without an end is at work", 90, pause=0.05)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()}\n{self.runs()}") from error
        time.sleep(0.5)

    def runs(self) -> list[dg.DagsterRun]:
        """Runs, newest first."""
        with self.instance() as instance:
            return list(instance.get_runs())

    @contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        """Its Dagster instance."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DAGSTER_HOME", str(self.home))
            with dg.DagsterInstance.get() as instance:
                yield instance

    def status(self) -> str:
        """The status of the newest run."""
        runs = self.runs()
        return runs[0].status.value if runs else "none"

    def facts(self) -> Mapping[date, int]:
        """How many sales each day has in FACT_SALES."""
        try:
            with duckdb.connect(self.database, read_only=True) as connection:
                rows = connection.execute("select event_date from analytics.fact_sales").fetchall()
        except (duckdb.CatalogException, duckdb.IOException):
            return {}
        return Counter(day for (day,) in rows)


def alive(process: "subprocess.Popen[Any]") -> bool:
    """Whether a process is at work; one that has ended is waited for."""
    return process.poll() is None


def send(process: "subprocess.Popen[Any]", number: int) -> None:
    """Send a signal to a process alone, not to those that it has started."""
    os.kill(process.pid, number)
