"""Runs at once, of the same days: every day stays whole, and at the end it is as after one run."""

from collections.abc import Callable
from itertools import combinations
from random import Random

import pytest

from ecom_assets.partitions import EventDays
from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE
from ecom_assets_tests.torture.interleaving import (
    Run,
    SteppingWarehouse,
    by_chance,
    interleave,
    interrupted,
)
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


BY_CHANCE = 20
STATEMENTS = 45
"""As many as a run has, or some more."""


def test_two_runs_of_the_same_days_in_any_order_of_statements_are_as_good_as_one(
    staged: Staged, torture: bool, seed: int, figures: Figures
) -> None:
    """On the double, whose sessions are at work together. Some runs find the days published, others
    empty tables."""
    stage, chance = snowflake(staged), Random(seed)
    for number in range(BY_CHANCE if torture else 1):
        published = number % 2 == 1
        stage.set(published=published)
        order = interleave(
            {"a": run_of(stage, stage.days), "b": run_of(stage, some_of(stage.days, chance))},
            lambda: stage.servers.snowflake.locks.waiting,
            by_chance(chance, chance.choice((0, 0.5, 0.9))),
        )
        figures.count("interleavings run")
        wanted = stage.new if published else stage.fresh
        see_same(stage.seen(), wanted, figures, f"order {number}: {''.join(order)}")


@pytest.mark.torture
def test_a_run_that_is_overtaken_at_any_statement_does_not_bring_back_what_it_has_read(
    staged: Staged, figures: Figures
) -> None:
    """After each statement of a run, files are rewritten and another run has them published."""
    stage = snowflake(staged)
    stage.set()
    stage.land(3)
    stage.run()
    newest = current(stage.seen())

    def rewrite_and_run(going: Run) -> None:
        going.stop()
        stage.land(3)
        run_of(stage, stage.days)(going)

    for statements in range(STATEMENTS):
        stage.set()
        order = interleave(
            {"a": run_of(stage, stage.days), "b": rewrite_and_run},
            lambda: stage.servers.snowflake.locks.waiting,
            interrupted("a", statements),
        )
        figures.count("interleavings run")
        said = f"overtaken after {statements}: {''.join(order)}"
        see_same(current(stage.seen()), newest, figures, said)


def snowflake(staged: Staged) -> SnowflakeStage:
    """The double's stage with two days."""
    stage = staged(S3_SNOWFLAKE, 2)
    assert isinstance(stage, SnowflakeStage)
    return stage


def run_of(stage: Stage, days: EventDays) -> Callable[[Run], None]:
    """A run of these days that stops before each statement."""

    def run(going: Run) -> None:
        place = stage.place
        run_days(place.zone(), SteppingWarehouse(place.opened(), going), days, going.name)

    return run


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
