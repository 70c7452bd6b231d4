"""Real processes, killed at any moment: every day stays whole, and running again puts all right."""

import signal
import time
from collections.abc import Callable
from random import Random

import pytest

from ecom_assets_tests.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE
from ecom_assets_tests.torture.readers import reading
from ecom_assets_tests.torture.report import Figures
from ecom_assets_tests.torture.runs import processes, started
from ecom_assets_tests.torture.stages import Stage
from ecom_assets_tests.torture.states import State, see_same, see_whole

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
