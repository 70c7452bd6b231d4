"""Every command in the README does what the README says, in a copy of the project."""

import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ecom_assets.model.sales import SALES
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.conftest import event
from ecom_assets_tests.support.clone import cloned, environment_of, made, served_in
from ecom_assets_tests.support.dev_server import ASSETS, clean_environment

README = (PROJECT_ROOT / "README.md").read_text()

DEMO = "make demo"
TEST = "make test"
DEV = "make dev"
DEV_EXTERNAL = "ECOM_SOURCE=external make dev"
READ_A_TABLE = next(line.strip() for line in README.splitlines() if ".venv/bin/python" in line)


def test_every_command_of_the_readme_is_run_here() -> None:
    """An indented block of the README is a command, or the two paths of files it speaks of."""
    blocks = re.findall(r"(?m)^ {4,6}(\S.*)$", re.sub(r"(?s)```.*?```", "", README))
    paths = {line for line in blocks if line.startswith("data/landing/dt=")}
    assert set(blocks) - paths == {DEMO, TEST, DEV, DEV_EXTERNAL, READ_A_TABLE}
    assert len(paths) == 2


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return cloned(tmp_path / "clone")


def test_the_demo_shows_answers_then_the_ui_shows_its_run(clone: Path) -> None:
    demo = subprocess.run(
        made(DEMO),
        cwd=clone,
        env=environment_of(clone),
        capture_output=True,
        text=True,
        check=False,
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    for step in ("sales_files", "raw_sales", "stg_sales", "fact_sales"):
        assert re.search(rf"✓ {step} ", demo.stdout), demo.stdout
    for title in ("Revenue per day", "by country", "by product category", "by marketing channel"):
        assert title in demo.stdout
    for rule in (rule for rule in SALES.rules if rule.defect):
        assert re.search(rf"{re.escape(rule.reason)} +[1-9]", demo.stdout), rule.name

    python = READ_A_TABLE.replace(".venv/bin/python", sys.executable)
    printed = subprocess.run(
        python, shell=True, cwd=clone, capture_output=True, text=True, check=False
    )
    assert printed.returncode == 0, printed.stderr
    assert re.search(r"DE +│ EUR", printed.stdout), printed.stdout

    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    with served_in(clone, DEV) as ui:
        (run,) = ui.runs()
        assert run["status"] == "SUCCESS"
        assert run["tags"]["dagster/asset_partition_range_end"] == str(yesterday)
        assert ui.on_the_timeline() == {"sales": {run["runId"]}}
        for asset in ASSETS:
            stats = ui.partitions(asset)
            assert (stats["numMaterialized"], stats["numPartitions"]) == (7, 7), asset
        digest_of, digest = ui.latest("operations_digest")
        assert (digest_of, digest["days missing"]) == (run["runId"], 0)
        assert ui.ended(ui.execute_again(str(run["runId"]))) == "SUCCESS"


POSTGRES = "test_postgresql_starts_on_a_machine_that_has_none"
HIDES = """
import shutil
which = shutil.which
hidden = ("chrom", "google-chrome", "nginx", "initdb", "postgres")
shutil.which = lambda name, **more: None if name.startswith(hidden) else which(name, **more)
"""
NEEDY = ("report/test_browser.py", "deploy/test_nginx.py", f"deploy/test_postgres.py::{POSTGRES}")


def test_without_browser_and_nginx_make_test_says_in_its_last_line_what_was_left_out(
    tmp_path: Path,
) -> None:
    (tmp_path / "hides.py").write_text(HIDES)
    tests = " ".join(f"ecom_assets_tests/{name}" for name in NEEDY)

    def test(**settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*made(TEST), "-o", ".venv/ready-dev", "AT_ONCE="],
            cwd=PROJECT_ROOT,
            env=clean_environment(
                PYTHONPATH=str(tmp_path), PYTEST_ADDOPTS=f"-p hides {tests}", **settings
            ),
            capture_output=True,
            text=True,
            check=False,
        )

    done = test()
    assert done.returncode == 0, done.stdout
    last = done.stdout.splitlines()[-1]
    assert re.match(r"Not tested: \d\d tests need chromium and nginx, .* apt install", last), last
    done = test(ECOM_TEST_ALL="1")
    assert done.returncode != 0
    assert "and ECOM_TEST_ALL asks for all tests" in done.stdout


def test_own_files_are_materialized_from_the_ui(clone: Path) -> None:
    day = clone / "data/landing/dt=2026-01-05"
    day.mkdir(parents=True)
    (day / "anything.jsonl").write_text(json.dumps(event(1)) + "\nno JSON\n")
    with served_in(clone, DEV_EXTERNAL) as ui:
        # One line of two is a reject: above the limit, so the day is held and the run says so.
        assert ui.ended(ui.launch(date.fromisoformat(day.name[3:]))) == "FAILURE"
    import duckdb

    with duckdb.connect(clone / "data/warehouse.duckdb", read_only=True) as connection:
        counts = "select raw_rows, clean_rows, reject_rows, publishable from staging.sales_quality"
        assert connection.execute(counts).fetchall() == [(2, 1, 1, False)]
