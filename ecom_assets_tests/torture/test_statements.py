"""A fault at each statement of a run: every day stays whole, and running again puts all right."""

from collections.abc import Callable
from random import Random

import pytest

from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE
from ecom_assets_tests.torture.faults import HOWS, Fault, FaultyWarehouse, Injected
from ecom_assets_tests.torture.report import Figures, some
from ecom_assets_tests.torture.runs import run_days
from ecom_assets_tests.torture.stages import Stage
from ecom_assets_tests.torture.states import see_same, see_whole

pytestmark = pytest.mark.xdist_group("torture")  # they share their stages

IN_SHORT = 6
"""Faults of the short form."""


@pytest.mark.parametrize("stack", some(FOLDER_DUCKDB, of=[FOLDER_DUCKDB, S3_SNOWFLAKE]))
@pytest.mark.usefixtures("soon_rolled_back")
def test_a_fault_at_any_statement_leaves_days_whole_and_a_run_again_puts_all_right(
    stack: str, staged: Callable[[str, int], Stage], torture: bool, seed: int, figures: Figures
) -> None:
    stage = staged(stack, 2)
    place = stage.set()
    counting = Fault()
    run_days(place.zone(), FaultyWarehouse(place.opened(), counting), stage.days)
    points = [(at, how) for how in HOWS for at in range(1, len(counting.sent) + 1)]
    if not torture:
        points = Random(seed).sample(points, IN_SHORT)
    for at, how in points:
        place = stage.set()
        fault = Fault(at, how)
        with pytest.raises(Injected):
            run_days(place.zone(), FaultyWarehouse(place.opened(), fault), stage.days)
        figures.count("faults injected")
        said = f"{how} statement {at}, {fault.sent[-1]}"
        found = stage.seen()
        figures.count(
            "days checked", see_whole(found, (stage.old, stage.new), stage.days.days, said)
        )
        stage.run()
        see_same(stage.seen(), stage.new, figures, said)
