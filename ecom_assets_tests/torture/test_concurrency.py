"""Runs at once, of the same days: every day stays whole, and at the end it is as after one run."""

from collections.abc import Callable
from functools import partial
from itertools import combinations
from random import Random

import pytest

from ecom_assets.partitions import EventDays
from ecom_assets_tests.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE
from ecom_assets_tests.torture.interleaving import Run, SteppingWarehouse, interleave
from ecom_assets_tests.torture.readers import reading
from ecom_assets_tests.torture.report import Figures, some
from ecom_assets_tests.torture.runs import STEPS, batch, processes, run_days, started
from ecom_assets_tests.torture.stages import SnowflakeStage, Stage
from ecom_assets_tests.torture.states import State, current, see_same, see_whole

pytestmark = pytest.mark.xdist_group("torture")  # they share their stages

ON_BOTH = pytest.mark.parametrize("stack", some(FOLDER_DUCKDB, of=[FOLDER_DUCKDB, S3_SNOWFLAKE]))
Staged = Callable[[str, int], Stage]


@ON_BOTH
def test_many_processes_at_once_on_overlapping_days_are_as_good_as_one(
    stack: str, staged: Staged, torture: bool, seed: int, figures: Figures
) -> None:
    stage = staged(stack, 10 if torture else 3)
    context, chance = processes(torture), Random(seed)
    stage.set()

    def see(found: State) -> None:
        whole = see_whole(found, (stage.old, stage.new), stage.days.days, "meanwhile")
        figures.count("days checked", whole)

    with reading(stage.read, see) as reader:
        at_work = []
        for number in range(10 if torture else 3):
            days = stage.days if number == 0 else some_of(stage.days, chance)
            at_work.append(
                started(context, stage.place, days, f"run {number}", times=2 if torture else 1)
            )
        for process, _ in at_work:
            process.join(500)
    assert [process.exitcode for process, _ in at_work] == [0] * len(at_work)
    assert reader.looks > 0
    figures.count("interleavings run")
    see_same(stage.seen(), stage.new, figures, "at the end")


@pytest.mark.torture
@ON_BOTH
def test_a_file_rewritten_while_many_are_at_work_is_published_whole(
    stack: str, staged: Staged, torture: bool, seed: int, figures: Figures
) -> None:
    stage = staged(stack, 10 if torture else 3)
    context = processes(torture)
    stage.set()
    stage.land(3)
    stage.run()
    newest = current(stage.seen())
    stage.set()
    at_work = [
        started(context, stage.place, stage.days, f"run {number}", times=3)
        for number in range(6 if torture else 2)
    ]
    for _, begun in at_work:
        assert begun.wait(120)
    for day in Random(seed).sample(stage.days.days, len(stage.days.days)):
        for name, content in batch(day, 3).items():
            stage.put(name, content)
    for process, _ in at_work:
        process.join(500)
    assert [process.exitcode for process, _ in at_work] == [0] * len(at_work)
    stage.run()
    figures.count("interleavings run")
    see_same(current(stage.seen()), newest, figures, "at the end")


def some_of(days: EventDays, chance: Random) -> EventDays:
    """A range of them."""
    first, last = sorted(chance.choices(days.days, k=2))
    return EventDays(first, last)


INTERLEAVINGS = 40
IN_SHORT = 1


def test_two_runs_of_the_same_days_in_any_order_of_statements_are_as_good_as_one(
    staged: Staged, torture: bool, seed: int, figures: Figures
) -> None:
    """On the double, whose sessions are at work together; some runs find the days published, others
    do not, and of some one finds files that the other does not know."""
    stage = staged(S3_SNOWFLAKE, 2)
    assert isinstance(stage, SnowflakeStage)
    chance = Random(seed)
    stage.set()
    if torture:
        stage.land(3)
        stage.run()
    newest = current(stage.seen())
    for number in range(INTERLEAVINGS if torture else IN_SHORT):
        published, rewritten = number % 2 == 1, number % 3 == 2
        stage.set(published=published)

        def run(days: EventDays, rewrite: bool, going: Run) -> None:
            if rewrite:
                stage.land(3)
            place = stage.place
            run_days(place.zone(), SteppingWarehouse(place.opened(), going), days, going.name)

        other = stage.days if number % 2 else EventDays(stage.days.first, stage.days.first)
        works = {"a": partial(run, stage.days, False), "b": partial(run, other, False)}
        if rewritten:
            works = {"a": partial(run, stage.days, False), "b": partial(run, stage.days, True)}
        order = interleave(works, lambda: stage.servers.snowflake.locks.waiting, chance)
        figures.count("interleavings run")
        said = f"interleaving {number}: {''.join(order)}"
        wanted = newest if rewritten else current(stage.new)
        see_same(current(stage.seen()), wanted, figures, said)
        if not rewritten:
            see_same(stage.seen(), stage.new if published else stage.fresh, figures, said)


def test_two_runs_step_by_step_in_any_order_are_as_good_as_one(
    staged: Staged, torture: bool, seed: int, figures: Figures
) -> None:
    """On a DuckDB file a step has all to itself, so its runs can change places between steps only:
    these are all orders that there are."""
    stage = staged(FOLDER_DUCKDB, 2)
    orders = list(combinations(range(6), 3))  # the turns that the first run has
    for turns in orders if torture else Random(seed).sample(orders, 1):
        place = stage.set()
        first, second = iter(STEPS), iter(STEPS)
        for turn in range(6):
            step = next(first if turn in turns else second)
            step(place.zone(), place.opened(), stage.days, "first" if turn in turns else "second")
            found = stage.seen()
            whole = see_whole(found, (stage.old, stage.new), stage.days.days, str(turns))
            figures.count("days checked", whole)
        figures.count("interleavings run")
        see_same(stage.seen(), stage.new, figures, f"turns {turns}")
