"""Real processes, killed at any moment: every day stays whole, and running again puts all right."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import duckdb
import pytest

from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE
from ecom_assets_tests.torture.readers import reading
from ecom_assets_tests.torture.report import Figures
from ecom_assets_tests.torture.runs import processes, started
from ecom_assets_tests.torture.stages import Stage
from ecom_assets_tests.torture.states import State, current, read_state, see_same, see_whole

pytestmark = pytest.mark.xdist_group("torture")  # they share their stages


@pytest.mark.parametrize(
    ("stack", "kills"),
    [
        (FOLDER_DUCKDB, 50),
        pytest.param(S3_SNOWFLAKE, 10, marks=pytest.mark.torture),
    ],
)
@pytest.mark.usefixtures("soon_rolled_back")
def test_a_run_killed_at_any_moment_leaves_days_whole_and_a_run_again_puts_all_right(
    stack: str,
    kills: int,
    staged: Callable[[str, int], Stage],
    torture: bool,
    seed: int,
    figures: Figures,
) -> None:
    stage = staged(stack, 30 if torture else 3)
    context, chance = processes(torture), Random(seed)
    process, begun = started(context, stage.set(), stage.days)
    begun.wait(60)
    start = time.monotonic()
    process.join(120)
    whole_run = time.monotonic() - start
    assert (process.exitcode, stage.read() == stage.new) == (0, True)
    killed = 0
    for number in range(kills if torture else 2):
        place = stage.set()
        moment = chance.uniform(0, whole_run)
        said = f"kill {number}, {moment:.3f} s of {whole_run:.3f} s"

        def see(found: State, said: str = said) -> None:
            whole = see_whole(found, (stage.old, stage.new), stage.days.days, said)
            figures.count("days checked", whole)

        with reading(stage.read, see):
            process, begun = started(context, place, stage.days)
            assert begun.wait(60)
            process.join(moment)
            process.kill()
            process.join()
        killed += process.exitcode == -signal.SIGKILL
        figures.count("faults injected", process.exitcode == -signal.SIGKILL)
        found = stage.seen()
        see(found)
        stage.run()
        see_same(stage.seen(), stage.new, figures, said)
    assert killed >= (kills * 0.8 if torture else 1), f"{killed} runs were at work when killed"


class Demo:
    """`make demo` in a place of its own: the whole graph for a week, in one Dagster run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = root / "data" / "warehouse.duckdb"
        shutil.copy(PROJECT_ROOT / "dagster.yaml", root)

    def start(self) -> subprocess.Popen[bytes]:
        data = self.root / "data"
        own = {
            "DAGSTER_HOME": str(self.root),
            "ECOM_LANDING": str(data / "landing"),
            "ECOM_REPORTS": str(data / "reports"),
            "ECOM_DUCKDB_PATH": str(self.database),
        }
        settings = {key: value for key, value in os.environ.items() if not key.startswith("ECOM_")}
        return subprocess.Popen(
            [sys.executable, "-m", "ecom_assets.commands.demo"],
            cwd=self.root,
            env={**settings, **own},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def clear(self) -> None:
        shutil.rmtree(self.root / "data", ignore_errors=True)

    def state(self) -> State:
        with duckdb.connect(self.database, read_only=True) as connection:
            return current(read_state(connection))


@pytest.mark.torture
def test_a_demo_killed_at_any_moment_is_simply_made_again(
    tmp_path: Path, seed: int, figures: Figures
) -> None:
    demo, chance = Demo(tmp_path), Random(seed)
    start = time.monotonic()
    assert demo.start().wait(120) == 0
    whole = time.monotonic() - start
    wanted = demo.state()
    for number in range(10):
        demo.clear()
        moment = chance.uniform(whole / 4, whole)  # a quarter is Python's and Dagster's start
        said = f"kill {number}, {moment:.1f} s of {whole:.1f} s"
        process = demo.start()
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
        figures.count("faults injected", process.wait() == -signal.SIGKILL)
        assert demo.start().wait(120) == 0, f"{said}: it does not run again"
        see_same(demo.state(), wanted, figures, said)
