"""The live suite itself, run where an account is not at hand: its variables lead to the double."""

import subprocess
import sys
from pathlib import Path

import pytest

from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.support.stacks import S3_SNOWFLAKE, Production, environment
from ecom_assets_tests.torture.report import Figures

LIVE = "ecom_assets_tests/live/test_live.py"
WEEK = f"{LIVE}::test_a_week_with_a_bad_day[{S3_SNOWFLAKE}]"
SOME = [
    f"{LIVE}::test_{name}"
    for name in (
        "every_hostile_line_finds_its_place[event_ts]",
        "files_are_loaded_whole_or_not_at_all",
        "a_file_rewritten_while_it_is_loaded_is_noticed",
        "a_file_that_vanished_is_left_out",
        "statements_are_tagged_and_found_again",
    )
]
"""Of each kind one: all of them take as long as half of the other tests. The week takes longer than
these together, and has run on the double before."""

pytestmark = pytest.mark.slow


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """pytest in a process of its own."""
    pytest_here = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*pytest_here, *arguments],
        cwd=PROJECT_ROOT,
        env={"PATH": "", "HOME": variables.get("ECOM_DUCKDB_PATH", ""), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_live_suite_passes_on_the_double_and_leaves_nothing(
    servers: Production, tmp_path: Path, torture: bool, figures: Figures
) -> None:
    place = servers.new_place()
    variables = {
        **environment(place, servers.snowflake.settings()),
        **servers.s3.environment(),
        "ECOM_DUCKDB_PATH": str(tmp_path / "w.duckdb"),
    }
    before = len(servers.snowflake.statements)
    result = run("-m", "snowflake_live", *SOME, *[WEEK] * torture, **variables)
    figures.count("operations run", len(SOME) + torture)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "skipped" not in result.stdout.splitlines()[-1]
    listed = servers.s3.client().list_objects_v2(Bucket=place.bucket, Prefix=place.prefix)
    assert "Contents" not in listed
    sent = [" ".join(one.split()) for one in servers.snowflake.statements[before:]]
    made = {one.split()[5] for one in sent if one.startswith("create database if not exists ")}
    dropped = {one.split()[4] for one in sent if one.startswith("drop database if exists ")}
    assert made
    assert dropped == made


def test_without_an_account_it_says_what_is_missing() -> None:
    result = run("-m", "snowflake_live", LIVE, "-k", "vanished")
    assert result.returncode == 1
    assert "The live tests need an account. ECOM_WAREHOUSE holds 'duckdb'" in result.stdout
    assert "Traceback" not in result.stdout


def test_it_is_not_run_unless_asked_for() -> None:
    result = run("--collect-only", LIVE)
    assert result.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "deselected" in result.stdout
