"""`ECOM_LOG_FORMAT=json`: what the process of a run prints is one object a line, also of one that
fails."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.settings import PROJECT_ROOT


def run_prune(root: Path, form: Mapping[str, Any]) -> tuple[int, list[str]]:
    """A run of a small job in a process of its own; what it has printed."""
    home = root / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text((PROJECT_ROOT / "dagster.yaml").read_text())
    given = {
        "DAGSTER_HOME": str(home),
        "ECOM_DUCKDB_PATH": str(root / "w.duckdb"),
        "ECOM_LANDING": str(root / "landing"),
        "ECOM_LOG_FORMAT": "json",
        "PYTHONWARNINGS": "ignore",  # the command says that it will go, before it has loaded ours
    }
    (root / "form.yaml").write_text(json.dumps(form))
    command = ["dagster", "job", "execute", "-m", "ecom_assets.definitions", "-j", "prune"]
    done = subprocess.run(
        [Path(sys.executable).parent / command[0], *command[1:], "-c", root / "form.yaml"],
        env={**os.environ, **given},
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.slow
def test_each_line_of_a_run_is_an_object_that_says_of_which_run_and_step_it_is(
    tmp_path: Path,
) -> None:
    code, printed = run_prune(tmp_path, {"versions_days": 0})
    assert code == 1
    assert printed.pop().startswith("Error: Run "), "the last word is the command's, not the run's"
    lines = [json.loads(line) for line in printed]
    assert {*map(frozenset, lines)} == {
        frozenset(
            (
                *("timestamp", "level", "logger", "event"),
                *("run_id", "job", "step", "dagster_event"),
            )
        )
    }
    assert len({line["run_id"] for line in lines}) == 1
    assert {line["job"] for line in lines} == {"prune"}
    assert {line["step"] for line in lines} == {None, "delete_old"}
    (failed,) = [line for line in lines if line["dagster_event"] == "STEP_FAILURE"]
    assert failed["level"] == "error"
    assert failed["event"].startswith('Execution of step "delete_old" failed.')
    assert "Nothing was deleted: versions_days is 0" in failed["event"], "its error comes with it"
    assert {line["dagster_event"] for line in lines} >= {"RUN_START", "RUN_FAILURE", "STEP_START"}
    (kept,) = (tmp_path / "home/data/dagster/logs").rglob("*.err")
    assert kept.read_text() == "", "what goes by way of it may lose its end"
