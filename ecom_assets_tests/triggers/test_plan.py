"""Which days are asked for: tables of cases, and what holds of every case."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_assets.partitions import EventDays, ranges
from ecom_assets.triggers.plan import (
    PAUSES,
    DayFiles,
    PastRun,
    Plan,
    Wait,
    changed_days,
    plan_requests,
    remembered,
)

JANUARY = EventDays(date(2026, 1, 1), date(2026, 1, 31))
NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


def january(*days: int) -> set[date]:
    return {date(2026, 1, day) for day in days}


def as_range(text: str) -> EventDays:
    first, _, last = text.partition("-")
    return EventDays(date(2026, 1, int(first)), date(2026, 1, int(last or first)))


def as_text(days: EventDays) -> str:
    return f"{days.first.day}-{days.last.day}" if days.count > 1 else str(days.first.day)


def failure(days: str, *, run_id: str = "failed", attempt: int = 1, **fields: Any) -> PastRun:
    """A run of the whole graph that failed an hour ago."""
    fates: dict[str, Any] = {"takes_in": True, "publishes": True, "failed": True}
    ended = NOW - timedelta(hours=1)
    return PastRun(run_id, as_range(days), attempt=attempt, **{"ended": ended, **fates, **fields})


def success(days: str, **fields: Any) -> PastRun:
    return failure(days, run_id="good", failed=False, **fields)


def plan(
    changed: set[date],
    *past: PastRun,
    busy: set[date] | None = None,
    writing: set[date] | None = None,
    late_days: int = 0,
    partitions: EventDays = JANUARY,
) -> Plan:
    there = changed | (writing or set())
    return plan_requests(
        changed,
        {day: DayFiles("now", settled=day not in (writing or ())) for day in there},
        past,
        busy or set(),
        partitions=partitions,
        late_days=late_days,
        now=NOW,
    )


def asked(planned: Plan) -> list[str]:
    return [as_text(request.days) for request in planned.requests]


@pytest.mark.parametrize(
    ("day", "before", "is_changed"),
    [
        (DayFiles("a"), None, True),
        (DayFiles("a", taken="a", taken_id=1), None, False),
        (DayFiles("b", taken="a", taken_id=1), None, True),
        (DayFiles("b", taken="a", taken_id=1), "b", False),
        (DayFiles("c", taken="a", taken_id=1), "b", True),
        (DayFiles("a", taken="b", taken_id=2), None, True),
        (None, "a", False),  # no files are there any more
    ],
)
def test_a_day_is_changed_when_its_files_are_not_those_taken_in_or_asked_for(
    day: DayFiles | None, before: str | None, is_changed: bool
) -> None:
    (when,) = january(5)
    files = {when: day} if day else {}
    assert bool(changed_days(files, {when: before} if before else {})) == is_changed


@pytest.mark.parametrize(
    ("changed", "late_days", "requests"),
    [
        ((), 0, []),
        ((5,), 0, ["5"]),
        ((5, 6, 7), 0, ["5-7"]),
        ((5, 7), 0, ["5", "7"]),
        ((5,), 2, ["3-5"]),
        ((5, 8), 2, ["3-8"]),
        ((5, 9), 2, ["3-5", "7-9"]),
        ((1, 31), 3, ["1", "28-31"]),
    ],
)
def test_changed_days_are_asked_for_with_the_days_before_in_one_run_a_range(
    changed: tuple[int, ...], late_days: int, requests: list[str]
) -> None:
    assert asked(plan(january(*changed), late_days=late_days)) == requests


@pytest.mark.parametrize(
    ("changed", "busy", "late_days", "requests", "waiting"),
    [
        ((5,), (5,), 0, [], (5,)),
        ((5, 6, 7), (6,), 0, ["5", "7"], (6,)),
        ((5,), (4,), 0, ["5"], ()),
        # a run of the day before must see the late events in the day's files: both wait
        ((5,), (4,), 1, [], (5,)),
        ((5, 6), (6,), 1, ["4-5"], (6,)),
        ((5, 8), (3,), 2, ["6-8"], (5,)),
    ],
)
def test_a_day_waits_while_a_run_is_at_work_on_it_or_on_its_late_days(
    changed: tuple[int, ...],
    busy: tuple[int, ...],
    late_days: int,
    requests: list[str],
    waiting: tuple[int, ...],
) -> None:
    planned = plan(january(*changed), busy=january(*busy), late_days=late_days)
    assert (asked(planned), planned.waits[Wait.BUSY]) == (requests, january(*waiting))


def test_a_day_waits_for_its_writers_and_for_those_of_the_days_it_is_asked_for_with() -> None:
    planned = plan(january(5, 6), writing=january(5), late_days=1)
    assert (asked(planned), planned.waits[Wait.WRITTEN]) == ([], january(5, 6))
    planned = plan(january(5, 6), writing=january(5))
    assert (asked(planned), planned.waits[Wait.WRITTEN]) == (["6"], january(5))


@pytest.mark.parametrize(
    ("past", "requests"),
    [
        ([failure("5-7")], ["5-7"]),
        ([success("6"), failure("5-7")], ["5", "7"]),
        ([success("5-7"), failure("5-7")], []),
        ([failure("6", attempt=2), failure("5-7")], ["6", "5", "7"]),
        # days held, or a run canceled: somebody has to, or wanted to
        ([failure("5-7", failed=False)], []),
        # a person's run of one table
        ([failure("5", takes_in=False)], []),
        ([failure("5", publishes=False)], []),
        ([success("5", publishes=False), failure("5")], ["5"]),
        ([success("5", takes_in=False), failure("5")], []),
        ([failure("5", attempt=3)], []),
        ([failure("5", attempt=3), failure("5", attempt=2)], []),
        ([failure("5", ended=NOW - timedelta(seconds=59))], []),
        ([failure("5", ended=NOW - timedelta(seconds=60))], ["5"]),
        ([failure("5", attempt=2, ended=NOW - timedelta(minutes=9))], []),
        ([failure("5", attempt=2, ended=NOW - timedelta(minutes=10))], ["5"]),
    ],
)
def test_the_days_of_a_failed_run_are_asked_for_again(
    past: list[PastRun], requests: list[str]
) -> None:
    assert asked(plan(set(), *past)) == requests


def test_an_attempt_is_counted_and_the_last_one_said() -> None:
    assert [request.attempt for request in plan(set(), failure("5")).requests] == [2]
    assert [request.attempt for request in plan(set(), failure("5", attempt=2)).requests] == [3]
    assert plan(set(), failure("5", attempt=3)).waits[Wait.GIVEN_UP] == january(5)
    just_now = failure("5", ended=NOW)
    assert plan(set(), just_now).waits[Wait.PAUSED] == january(5)
    # other files are another matter
    assert [r.attempt for r in plan(january(5), failure("5", attempt=3)).requests] == [1]


def test_a_failed_day_whose_files_have_changed_since_waits_for_what_these_touch() -> None:
    planned = plan(january(6), failure("6-7"), busy=january(5), late_days=1)
    assert (asked(planned), planned.waits[Wait.BUSY]) == (["6-7"], january(6)), (
        "7 with the day before"
    )
    planned = plan(january(6), failure("6"), busy=january(5), late_days=1)
    assert (asked(planned), planned.waits[Wait.BUSY]) == ([], january(6))


def test_a_failed_run_cut_in_two_by_a_busy_day_loses_no_late_events() -> None:
    planned = plan(set(), failure("4-8"), busy=january(6), late_days=1)
    assert (asked(planned), planned.waits[Wait.BUSY]) == (["4-5", "7-8"], january(6, 7))
    # of 7-8: 8 with the day before
    after = plan(set(), success("7-8"), success("4-5"), failure("4-8"), late_days=1)
    assert asked(after) == ["5-6"], "6 with the day before"


def test_two_failed_runs_that_meet_are_not_repeated_for_one_day_at_once() -> None:
    planned = plan(set(), failure("5-6", run_id="later"), failure("6-7"), late_days=1)
    assert (asked(planned), planned.waits[Wait.BUSY]) == (["5-6"], january(7)), (
        "7 with the day before"
    )


def test_a_failed_day_outside_the_partitions_is_nobodys() -> None:
    assert asked(plan(set(), failure("1-9"), partitions=as_range("5-31"))) == ["5-9"]


def test_a_key_is_the_same_for_the_same_state_and_for_no_other() -> None:
    def key(day: DayFiles, run: PastRun | None = None) -> str:
        (when,) = january(5)
        planned = plan_requests(
            set() if run else {when},
            {when: day},
            [run] if run else [],
            set(),
            partitions=JANUARY,
            late_days=0,
            now=NOW,
        )
        return planned.requests[0].key

    states = [
        DayFiles("a"),
        DayFiles("b", taken="a", taken_id=1),
        DayFiles("a", taken="b", taken_id=2),  # back to what it was
        DayFiles("b", taken="a", taken_id=3),
    ]
    keys = [key(state) for state in states]
    assert keys == [key(state) for state in states]
    taken = DayFiles("a", taken="a", taken_id=1)
    keys += [key(taken, failure("5", run_id=run_id)) for run_id in ("one", "two")]
    assert len(set(keys)) == len(keys)


def test_what_was_asked_for_is_remembered_until_it_was_taken_in() -> None:
    fifth, sixth, seventh = sorted(january(5, 6, 7))
    files: Mapping[date, DayFiles] = {fifth: DayFiles("a"), sixth: DayFiles("b", taken="b")}
    planned = plan_requests({fifth}, files, [], set(), partitions=JANUARY, late_days=0, now=NOW)
    before = {sixth: "b", seventh: "c"}
    looked_at = {fifth, sixth}
    assert remembered(before, planned, files, looked_at) == {fifth: "a", seventh: "c"}
    assert remembered(before, Plan(), {}, {seventh}) == {sixth: "b"}, (
        "no files: nothing to wait for"
    )


days_of_january = st.integers(1, 31).map(lambda day: date(2026, 1, day))
some_days = st.frozensets(days_of_january, max_size=31)
a_range = st.tuples(days_of_january, days_of_january).map(lambda ends: EventDays(*sorted(ends)))
usually = st.sampled_from([True, True, True, False])
past_run = st.builds(
    PastRun,
    run_id=st.uuids().map(str),
    days=a_range,
    takes_in=usually,
    publishes=usually,
    failed=usually,
    attempt=st.integers(1, 4),
    ended=st.integers(0, 1_000).map(lambda minutes: NOW - timedelta(minutes=minutes)),
)


@given(some_days, some_days, some_days, st.lists(past_run, max_size=4), st.integers(0, 4))
def test_what_holds_of_every_plan(
    changed: frozenset[date],
    busy: frozenset[date],
    writing: frozenset[date],
    past: list[PastRun],
    late_days: int,
) -> None:
    planned = plan(set(changed), *past, busy=set(busy), writing=set(writing), late_days=late_days)
    requested = [day for request in planned.requests for day in request.days.days]
    assert len(requested) == len(set(requested)), "a day is in one request at most"
    assert not set(requested) & (busy | writing), "and in none while it is busy or written to"
    assert set(requested) <= set(JANUARY.days)
    for day in changed:
        unit = {day - timedelta(days=n) for n in range(late_days + 1)} & set(JANUARY.days)
        of_day = [request for request in planned.requests if day in request.changed]
        if unit & (busy | writing):
            assert not of_day
            assert day in planned.waits[Wait.BUSY] | planned.waits[Wait.WRITTEN]
        else:
            (request,) = of_day
            assert unit <= set(request.days.days), "with all the days that its files may touch"
    fresh = [request.days for request in planned.requests if request.changed]
    assert fresh == ranges(day for days in fresh for day in days.days), "as few runs as can be"
    assert all(request.attempt <= len(PAUSES) + 1 for request in planned.requests)
    assert len({request.key for request in planned.requests}) == len(planned.requests)
