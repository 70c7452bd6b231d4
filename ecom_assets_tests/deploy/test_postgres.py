"""The graph on PostgreSQL as Dagster's storage, put together as `deploy/compose.yaml` does it: a
code location, a webserver and a daemon, each a process, with `deploy/dagster.yaml` as it is.

A failure means that what `deploy/` says does not run. Images and the chart are not run here.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml  # type: ignore[import-untyped]

from ecom_assets.definitions import build_definitions
from ecom_assets.settings import PROJECT_ROOT, read_settings
from ecom_assets_tests.conftest import event
from ecom_assets_tests.support.dev_server import BIN, LOCATION, Ui, free_port, until

WITHOUT_POSTGRES = "ECOM_WITHOUT_POSTGRES"
DEPLOY = PROJECT_ROOT / "deploy"

FIRST_DAY = date(2026, 1, 5)
RUNS = [(0, 0), (1, 2), (3, 3)]
"""The runs launched together, as the first and last of `DAYS`: a day, a range, a day."""
DAYS = [FIRST_DAY + timedelta(days=n) for n in range(4)]
GOOD_LINES, BAD_LINES = 40, 2


@pytest.fixture
def stack(tmp_path: Path) -> Iterator["Stack"]:
    """PostgreSQL, the code location, the webserver and the daemon, while they run."""
    with ExitStack() as stopped_in_turn:
        storage = stopped_in_turn.enter_context(_postgres())
        stack = Stack(tmp_path, storage)
        for service in (stack.code_location, stack.webserver, stack.daemon):
            stopped_in_turn.enter_context(service())
        until(stack.is_up, "the UI has loaded the graph")
        yield stack


def test_several_runs_at_once_on_postgresql(stack: "Stack") -> None:
    for day in DAYS:
        stack.land(day)
    runs = [stack.launch(DAYS[first], DAYS[last]) for first, last in RUNS]
    times = [stack.times_of(run) for run in runs]
    overlaps = [
        one
        for n, one in enumerate(times)
        for other in times[:n]
        if max(one[0], other[0]) < min(one[1], other[1])
    ]
    assert overlaps, f"no two runs were at work at the same time: {times}"

    # The range again: what a run reports of a day must not stand in the way of the next run.
    again = stack.launch(DAYS[1], DAYS[2])
    stack.times_of(again)

    with duckdb.connect(stack.duckdb_path, read_only=True) as connection:
        counts = connection.execute(
            "select event_date, raw_rows, clean_rows, reject_rows, publishable "
            "from staging.sales_quality order by all"
        ).fetchall()
        facts = connection.execute(
            "select event_date, count(*) from analytics.fact_sales group by all order by all"
        ).fetchall()
    assert counts == [(day, GOOD_LINES + BAD_LINES, GOOD_LINES, BAD_LINES, True) for day in DAYS]
    assert facts == [(day, GOOD_LINES) for day in DAYS]

    assert dict(stack.ask_storage("select run_id, status from runs")) == dict.fromkeys(
        [*runs, again], "SUCCESS"
    )
    logged = stack.ask_storage("select run_id, count(*) from event_logs group by run_id")
    assert {run for run, count in logged if count > 50} >= {*runs, again}

    # Each check has its answer for each day, and each answer the materialization it looked at;
    # without that the day's status stays empty in the UI.
    answers = stack.ask_storage(
        "select asset_key, check_name, partition, count(*), "
        "count(materialization_event_storage_id) from asset_check_executions "
        "where partition is not null and execution_status = 'SUCCEEDED' group by 1, 2, 3"
    )
    asked = {day.isoformat(): 2 if day in DAYS[1:3] else 1 for day in DAYS}
    assert {row[:4] for row in answers} == {
        (key.asset_key.to_string(), key.name, day, count)
        for key in stack.checks_by_day()
        for day, count in asked.items()
    }
    assert [row for row in answers if row[4] != row[3]] == []
    # a container's own file system is read-only, but for these
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    written = [path.partition("/home/")[2] for path in compose["services"]["code"]["tmpfs"]]
    assert {path.name for path in stack.home.iterdir()} <= {
        *("dagster.yaml", "workspace.yaml", *written)
    }

    # the webserver goes on answering without its database; its health check says what that is worth
    check = compose["services"]["webserver"]["healthcheck"]["test"]
    assert stack.is_healthy(check)
    stack.end_storage()
    assert not stack.is_healthy(check)


@dataclass(frozen=True)
class Storage:
    """A PostgreSQL, as the environment names it to `deploy/dagster.yaml`."""

    port: int
    password: str = "not a secret"  # with a blank, which a URL must escape
    server: "subprocess.Popen[bytes] | None" = None

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "DAGSTER_PG_HOST": "127.0.0.1",
            "DAGSTER_PG_PORT": str(self.port),
            "DAGSTER_PG_DB": "postgres",
            "DAGSTER_PG_USERNAME": "dagster",
            "DAGSTER_PG_PASSWORD": self.password,
        }


class Stack:
    """A folder, a DuckDB file, a DAGSTER_HOME, and the three services on them."""

    def __init__(self, root: Path, storage: Storage) -> None:
        self._root = root
        self._storage = storage
        self.home = root / "home"
        self._landing = root / "landing"
        self.duckdb_path = root / "warehouse.duckdb"
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        self._code_port, self._ui = free_port(), Ui(free_port())
        self.home.mkdir()
        shutil.copy(DEPLOY / "dagster.yaml", self.home)
        workspace = (DEPLOY / "workspace.yaml").read_text()
        here = workspace.replace("host: code", "host: 127.0.0.1").replace(
            "port: 4000", f"port: {self._code_port}"
        )
        assert here.count("127.0.0.1") == here.count(f"port: {self._code_port}") == 1
        (self.home / "workspace.yaml").write_text(here)
        others = ("ECOM_", "DAGSTER_", "SNOWFLAKE_", "AWS_")
        self._settings = {
            "ECOM_LANDING": str(self._landing),
            "ECOM_SOURCE": "external",
            "ECOM_WAREHOUSE": "duckdb",
            "ECOM_DUCKDB_PATH": str(self.duckdb_path),
        }
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(others)},
            **storage.environment,
            **self._settings,
            "DAGSTER_HOME": str(self.home),
            "DAGSTER_COMPUTE_LOGS": str(root / "logs"),
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        }

    @contextmanager
    def code_location(self) -> Iterator[None]:
        command = ["dagster", "code-server", "start", "--host", "127.0.0.1"]
        command += ["--port", str(self._code_port), "--location-name", LOCATION]
        with self._service("code", [*command, "--module-name", "ecom_assets.definitions"]):
            # Compose waits for the health check; here the port has to be open.
            until(lambda: _is_open(self._code_port), "the code location listens")
            yield

    @contextmanager
    def webserver(self) -> Iterator[None]:
        command = ["dagster-webserver", "--host", "127.0.0.1", "--port", str(self._ui.port)]
        with self._service("webserver", [*command, "--workspace", "workspace.yaml"]):
            yield

    @contextmanager
    def daemon(self) -> Iterator[None]:
        with self._service("daemon", ["dagster-daemon", "run", "--workspace", "workspace.yaml"]):
            yield

    def is_up(self) -> bool:
        for name, process in self._started.items():
            assert process.poll() is None, f"{name} has ended: {self.log(name)}"
        return self._ui.has_loaded()

    def land(self, day: date) -> None:
        """A day's file: good lines, and a few that are no JSON."""
        lines = [
            json.dumps(event(n, event_id=f"{day}-{n}", event_ts=f"{day}T12:00:00Z"))
            for n in range(GOOD_LINES)
        ]
        folder = self._landing / f"dt={day}"
        folder.mkdir(parents=True)
        (folder / "sales.jsonl").write_text("\n".join([*lines, *["no JSON"] * BAD_LINES]) + "\n")

    def launch(self, first: date, last: date) -> str:
        """Put a run for these days into the queue, as the UI does; its id."""
        return self._ui.launch(first, None if first == last else last)

    def times_of(self, run_id: str) -> tuple[float, float]:
        """When a run began and ended, once it has; it must have succeeded."""
        assert self._ui.ended(run_id) == "SUCCESS", self.log("code")
        (run,) = self._ui.runs(runIds=[run_id])
        return run["startTime"], run["endTime"]

    def checks_by_day(self) -> Sequence[Any]:
        """The keys of all checks that answer for each day."""
        definitions = build_definitions(read_settings(self._settings))
        graph = definitions.resolve_asset_graph()
        return [key for key in graph.asset_check_keys if graph.get(key).partitions_def is not None]

    def ask_storage(self, sql: str) -> Sequence[tuple[Any, ...]]:
        """Rows from PostgreSQL itself, not through Dagster."""
        import psycopg2  # type: ignore[import-untyped]

        names = {"HOST": "host", "PORT": "port", "DB": "dbname", "USERNAME": "user"}
        given = {key: self._storage.environment[f"DAGSTER_PG_{n}"] for n, key in names.items()}
        connection = psycopg2.connect(**given, password=self._storage.password)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def end_storage(self) -> None:
        """Let PostgreSQL end, with all its sessions."""
        assert self._storage.server is not None
        _stop(self._storage.server, signal.SIGINT)

    def is_healthy(self, check: Sequence[str]) -> bool:
        """What a health check of compose says of the webserver here."""
        verb, program, *rest = check
        assert (verb, program) == ("CMD", "python")
        here = [part.replace(":3000/", f":{self._ui.port}/") for part in rest]
        done = subprocess.run([sys.executable, *here], capture_output=True, check=False)
        return done.returncode == 0

    def log(self, service: str) -> str:
        """The last that a service has printed."""
        return (self._root / f"{service}.log").read_text()[-8000:]

    @contextmanager
    def _service(self, name: str, command: Sequence[str]) -> Iterator[None]:
        with (self._root / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                [str(BIN / command[0]), *command[1:]],
                cwd=self.home,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._started[name] = process
            try:
                yield
            finally:
                _stop(process, signal.SIGTERM)


@contextmanager
def _postgres() -> Iterator[Storage]:
    """A PostgreSQL of its own, on a free port, with its files in a temporary folder."""
    programs = _programs()
    # It refuses to run as root, and pytest's folders are closed to anyone else.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="ecom-postgres-"))
    storage = Storage(free_port())
    initialised: list[str | Path] = [
        "--pgdata",
        folder / "data",
        "--username",
        "dagster",
        "--no-sync",
    ]
    initialised += ["--auth", "scram-sha-256", "--pwfile", folder / "password"]
    served: list[str | Path] = ["-D", folder / "data", "-k", folder, "-p", str(storage.port)]
    served += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    try:
        (folder / "password").write_text(storage.password)
        if user:
            for path in (folder, folder / "password"):
                shutil.chown(path, user, user)
        subprocess.run(
            [programs / "initdb", *initialised],
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        with (folder / "postgres.log").open("w") as log:
            server = subprocess.Popen(
                [programs / "postgres", *served],
                user=user,
                group=user,
                extra_groups=[] if user else None,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                until(lambda: _is_open(storage.port), "PostgreSQL listens")
                yield replace(storage, server=server)
            finally:
                # SIGINT is PostgreSQL's "fast" shutdown: it ends sessions, and keeps the data whole
                _stop(server, signal.SIGINT)
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """Where PostgreSQL's programs are."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found or debian:
        return Path(found).resolve().parent if found else debian[-1].parent
    if os.environ.get(WITHOUT_POSTGRES) == "1":
        pytest.skip(f"PostgreSQL is not installed, and {WITHOUT_POSTGRES} is set.")
    pytest.fail(
        "PostgreSQL's initdb is not found on PATH or in /usr/lib/postgresql: install the package "
        f"`postgresql`, or set {WITHOUT_POSTGRES}=1 to leave this test out."
    )


def _stop(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    """Ask a process to end; after some seconds end all of its session."""
    process.send_signal(how)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
