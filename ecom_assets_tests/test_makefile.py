"""What the Makefile does before any verb, and what it says of a wrong use of one."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ecom_assets.commands import dev
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.support.dev_server import free_port

MADE_ANEW = "This folder was moved: .venv is made anew."


@pytest.mark.slow
def test_a_moved_folder_makes_its_virtual_environment_anew(tmp_path: Path) -> None:
    here = tmp_path / "a folder"
    here.mkdir()
    shutil.copy(PROJECT_ROOT / "Makefile", here)
    subprocess.run([sys.executable, "-m", "venv", ".venv"], cwd=here, check=True)
    assert MADE_ANEW not in make_help(here)
    assert (here / ".venv").exists()
    there = here.rename(tmp_path / "another")
    assert MADE_ANEW in make_help(there)
    assert not (there / ".venv").exists(), "the next verb that needs it finds none"
    assert MADE_ANEW not in make_help(there)


def make_help(folder: Path) -> str:
    made = subprocess.run(["make", "help"], cwd=folder, capture_output=True, text=True, check=True)
    return made.stdout


TOMORROW = {"ECOM_START_DATE": "2999-01-01"}
WRONG_USES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "dev PORT=http": ("PORT holds 'http', but it must be a number from 1 to 65535.", {}),
    "demo": ("ECOM_START_DATE holds 2999-01-01, but the demo takes", TOMORROW),
    "answers QUESTION=profit": ("invalid choice: 'profit'", {}),
    "answers FORMAT=xml": ("invalid choice: 'xml'", {}),
    "answers AS_OF=never": ("never", {}),
    "plan DAYS=monday": ("monday", {}),
    "mapping": ("name a sample of your lines: make mapping FILE=sample.jsonl", {}),
    "mapping FILE=nowhere.jsonl": ("nowhere.jsonl", {}),
    "decide DECISION=publish": ("`who` is empty", {}),
    "rejects": ("DAY", {}),
    "prune VERSIONS_DAYS=soon": ("'soon' must be a number of days, 1 or more", {}),
    "forget": ("Name the customer by their id, as customer_id has it.", {}),
}


@pytest.mark.slow
@pytest.mark.parametrize("use", WRONG_USES)
def test_a_wrong_use_is_one_sentence(use: str, tmp_path: Path) -> None:
    says, more = WRONG_USES[use]
    done = make(use, tmp_path, **more)
    assert done.returncode
    assert "Traceback" not in done.stderr + done.stdout
    said = [
        line for line in done.stderr.splitlines() if not line.startswith(("make", "usage", " "))
    ]
    assert len(said) == 1, done.stderr
    assert says in said[0]


def make(use: str, home: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """A verb, on a DAGSTER_HOME, a landing zone and a warehouse of its own."""
    shutil.copy(PROJECT_ROOT / "dagster.yaml", home)
    own = {"ECOM_LANDING": f"{home}/landing", "ECOM_DUCKDB_PATH": f"{home}/w.duckdb"}
    of_tests = {name: value for name, value in os.environ.items() if not name.startswith("ECOM_")}
    return subprocess.run(
        ["make", "--no-print-directory", *use.split()],
        cwd=PROJECT_ROOT,
        env={**of_tests, "DAGSTER_HOME": str(home), **own, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
def test_the_ui_is_not_started_on_a_port_in_use_nor_beside_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = make(f"dev PORT={port}", tmp_path)
    assert done.stderr.startswith(f"ecom_assets: port {port} of 127.0.0.1 is in use:")
    (tmp_path / "data/dagster").mkdir(parents=True, exist_ok=True)
    with (tmp_path / "data/dagster/dev.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = make(f"dev PORT={port}", tmp_path)
    assert done.stderr.startswith(f"ecom_assets: another make dev is at work on {tmp_path} already")


def test_the_ui_listens_on_this_machine_and_links_lead_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda program, words: started.append(words))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("ECOM_LOG_FORMAT", "json")
    monkeypatch.setenv("ECOM_UI_URL", "")
    dev.main(["--port", str(port := free_port())])
    (words,) = started
    options = ["--host", "127.0.0.1", "--port", str(port), "--log-format", "json"]
    assert words[1:] == ["dev", *options]
    assert os.environ["ECOM_UI_URL"] == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("answer", ["", "n", "y"])
def test_clean_asks_before_it_deletes_what_was_not_generated(tmp_path: Path, answer: str) -> None:
    shutil.copy(PROJECT_ROOT / "Makefile", tmp_path)
    mine = tmp_path / "data/landing/dt=2026-01-05/orders.jsonl"
    mine.parent.mkdir(parents=True)
    (mine.parent / "sales.jsonl").write_text("{}")
    assert clean(tmp_path, "").returncode == 0, "it was generated"
    assert not (tmp_path / "data").exists()
    mine.parent.mkdir(parents=True)
    mine.write_text("{}")
    done = clean(tmp_path, answer)
    assert "data/landing/dt=2026-01-05/orders.jsonl" in done.stdout
    assert mine.exists() == (answer != "y")
    assert bool(done.returncode) == (answer != "y")


def clean(folder: Path, answer: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["make", "clean"], cwd=folder, input=answer, capture_output=True, text=True, check=False
    )
