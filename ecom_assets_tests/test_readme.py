"""Every command in the README does what the README says, in a copy of the project."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.rules import RULES
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.conftest import event

README = (PROJECT_ROOT / "README.md").read_text()
BIN = Path(sys.executable).parent

DEMO = "make demo"
DEV = "make dev"
DEV_EXTERNAL = "ECOM_SOURCE=external make dev"
READ_A_TABLE = next(line.strip() for line in README.splitlines() if ".venv/bin/python" in line)


def test_every_command_of_the_readme_is_run_here() -> None:
    """An indented block of the README is a command, or the two paths of files it speaks of."""
    blocks = re.findall(r"(?m)^ {4,6}(\S.*)$", re.sub(r"(?s)```.*?```", "", README))
    paths = {line for line in blocks if line.startswith("data/landing/dt=")}
    assert set(blocks) - paths == {DEMO, DEV, DEV_EXTERNAL, READ_A_TABLE}
    assert len(paths) == 2


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a fresh clone holds, with no data in it."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in ("Makefile", "workspace.yaml", "dagster.yaml", "setup.cfg", "pyproject.toml"):
        shutil.copy(PROJECT_ROOT / name, folder)
    shutil.copytree(PROJECT_ROOT / "ecom_assets", folder / "ecom_assets")
    return folder


def test_the_demo_shows_answers_then_the_ui_shows_its_run(clone: Path) -> None:
    demo = subprocess.run(
        _make(DEMO), cwd=clone, env=_environment(clone), capture_output=True, text=True, check=False
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    for step in ("sales_files", "raw_sales", "stg_sales", "fact_sales"):
        assert re.search(rf"✓ {step} ", demo.stdout), demo.stdout
    for title in ("Revenue per day", "by country", "by product category", "by marketing channel"):
        assert title in demo.stdout
    for rule in RULES:
        assert re.search(rf"{re.escape(rule.reason)} +[1-9]", demo.stdout), rule.name

    python = READ_A_TABLE.replace(".venv/bin/python", sys.executable)
    printed = subprocess.run(
        python, shell=True, cwd=clone, capture_output=True, text=True, check=False
    )
    assert printed.returncode == 0, printed.stderr
    assert re.search(r"DE +│ EUR", printed.stdout), printed.stdout

    with _served(DEV, clone) as ask:
        runs = ask("{runsOrError{... on Runs{results{status tags{key value}}}}}")
        (run,) = runs["runsOrError"]["results"]
        assert run["status"] == "SUCCESS"
        tags = {tag["key"]: tag["value"] for tag in run["tags"]}
        assert tags["dagster/asset_partition_range_end"] == "2026-01-07"


def test_own_files_are_materialized_from_the_ui(clone: Path) -> None:
    day = clone / "data/landing/dt=2026-01-05"
    day.mkdir(parents=True)
    (day / "anything.jsonl").write_text(json.dumps(event(1)) + "\nno JSON\n")
    with _served(DEV_EXTERNAL, clone) as ask:
        launched = ask(
            """mutation($params: ExecutionParams!) {
                launchRun(executionParams: $params) { __typename ... on LaunchRunSuccess
                { run { runId } } ... on PythonError { message } } }""",
            params={
                "selector": {
                    "repositoryName": "__repository__",
                    "repositoryLocationName": "ecom_assets",
                    "jobName": "sales",
                },
                "executionMetadata": {
                    "tags": [{"key": "dagster/partition", "value": day.name[3:]}]
                },
                "runConfigData": {},
                "mode": "default",
            },
        )["launchRun"]
        run_id = launched["run"]["runId"]

        def status() -> str:
            found = ask("query($id: ID!) {runOrError(runId: $id){... on Run{status}}}", id=run_id)
            return str(found["runOrError"]["status"])

        _until(lambda: status() in ("SUCCESS", "FAILURE"), "the run ends")
        # One line of two is a reject: above the limit, so the day is held and the run says so.
        assert status() == "FAILURE"
    import duckdb

    with duckdb.connect(clone / "data/warehouse.duckdb", read_only=True) as connection:
        counts = "select raw_rows, clean_rows, reject_rows, publishable from staging.sales_quality"
        assert connection.execute(counts).fetchall() == [(2, 1, 1, False)]


def _make(command: str, *more: str) -> list[str]:
    """The command with this environment's programs, and nothing to set up."""
    *settings, make, verb = command.split()
    return ["env", *settings, make, "-o", ".venv/ready", f"BIN={BIN}", *more, verb]


def _environment(clone: Path) -> Mapping[str, str]:
    ours = ("ECOM_", "DAGSTER_", "MAKE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONPATH": str(clone), "PYTHONUNBUFFERED": "1"}


@contextmanager
def _served(command: str, clone: Path) -> Iterator[Any]:
    """`make dev` while it runs: a function that asks its GraphQL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def ask(query: str, **variables: Any) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def is_up() -> bool:
        assert server.poll() is None, (clone / "dev.log").read_text()
        try:
            loaded = ask("{repositoriesOrError{... on RepositoryConnection{nodes{name}}}}")
        except urllib.error.URLError:
            return False
        return bool(loaded["repositoriesOrError"].get("nodes"))

    with (clone / "dev.log").open("w") as log:
        server = subprocess.Popen(
            _make(command),
            cwd=clone,
            env={**_environment(clone), "PORT": str(port)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _until(is_up, "the UI answers")
            yield ask
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                server.wait(timeout=30)
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _until(happened: Any, what: str, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.5)
