"""Which days to ask for: plain values in, runs to request out.

A day's files may hold events of the `late_days` days before it, so these days are asked for
together with it, in one run, or not at all for now. Nothing here knows Dagster or a landing zone.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from ecom_assets.partitions import EventDays, ranges

PAUSES = (timedelta(minutes=1), timedelta(minutes=10))
"""How long after its first and second failure a day is asked for again; the third is the last."""


class Wait(StrEnum):
    """Why a day waits; what waits for a person comes first."""

    CANCELED = "canceled: FACT_SALES has what it had; materialize them"
    GIVEN_UP = "given up after failures: see the run, and materialize them"
    HELD = "held: see their checks, and materialize them"
    PAUSED = "to be tried again later"
    WRITTEN = "being written"
    BUSY = "in an unfinished run"


@dataclass(frozen=True)
class DayFiles:
    """A day that has files, as it lies in the landing zone now.

    Attributes:
        version: the fingerprint of its files.
        taken: the fingerprint of the files that a run has taken in last; None: none has.
        taken_id: that record's own id; another one when the same files are taken in again.
        settled: whether its writers seem to be done.
    """

    version: str
    taken: str | None = None
    taken_id: int = 0
    settled: bool = True


@dataclass(frozen=True)
class PastRun:
    """A finished run of the graph for some days.

    Attributes:
        takes_in: whether it took the days' files in.
        publishes: whether it went as far as FACT_SALES.
        failed: whether it failed, for another reason than held days, and will not start again.
        attempt: 1, or more where it was itself asked for after a failure.
        canceled: whether somebody ended it.
        held: the days that it held.
    """

    run_id: str
    days: EventDays
    takes_in: bool
    publishes: bool
    failed: bool
    attempt: int
    ended: datetime
    canceled: bool = False
    held: Set[date] = frozenset()


@dataclass(frozen=True)
class Request:
    """A run to ask for.

    Attributes:
        key: the same for the same state of the same days, and never the same for another.
        changed: the days among them whose files are new, rewritten or fewer.
        attempt: 1, or more after a failure.
    """

    days: EventDays
    key: str
    changed: tuple[date, ...] = ()
    attempt: int = 1


@dataclass(frozen=True)
class Plan:
    """What to ask for, and what the other days wait for.

    Attributes:
        waits: why days wait, and which; some may be asked for all the same, for another reason.
        runs: the finished run that a day waits because of, by its id.
    """

    requests: Sequence[Request] = ()
    waits: Mapping[Wait, Set[date]] = field(default_factory=dict)
    runs: Mapping[date, str] = field(default_factory=dict)

    @property
    def requested(self) -> set[date]:
        """The days that are asked for."""
        return {day for request in self.requests for day in request.days.days}

    @property
    def waiting(self) -> Mapping[Wait, Set[date]]:
        """Why days that are not asked for wait, and which."""
        return {why: left for why in Wait if (left := self.waits.get(why, set()) - self.requested)}


def changed_days(files: Mapping[date, DayFiles], asked: Mapping[date, str]) -> Set[date]:
    """The days whose files no run has taken in as they are now, nor was one asked for that.

    A day without files is none of them: the rows of files that vanished stay.
    """
    return {day for day, now in files.items() if now.version not in (now.taken, asked.get(day))}


def touched_by(day: date, late_days: int, partitions: EventDays) -> set[date]:
    """The days whose events may be in a day's files."""
    days = (day - timedelta(days=n) for n in range(late_days + 1))
    return {each for each in days if partitions.first <= each <= partitions.last}


def plan_requests(
    changed: Set[date],
    files: Mapping[date, DayFiles],
    past: Iterable[PastRun],
    busy: Set[date],
    *,
    partitions: EventDays,
    late_days: int,
    now: datetime,
) -> Plan:
    """Which runs to ask for now.

    Args:
        changed: days to ask for, because of their files or although they have none.
        files: the days that were looked at and have files.
        past: finished runs, newest first.
        busy: days of unfinished runs.
        now: with a zone, as the ends of past runs.
    """
    past = list(past)
    stopped = _stopped(past, partitions)
    waits: dict[Wait, Set[date]] = {why: set() for why in Wait}
    writing = {day for day, there in files.items() if not there.settled}
    # a day and the days that its files touch are asked for together, or not at all for now
    units = {day: touched_by(day, late_days, partitions) for day in changed}
    ready, together = _free(units, busy | writing)
    requests = [
        _request_for_changed(days, sorted(ready & set(days.days)), files, stopped)
        for days in together
    ]
    waits[Wait.WRITTEN] = {day for day in changed - ready if units[day] & writing}
    waits[Wait.BUSY] = changed - ready - waits[Wait.WRITTEN]
    for run in past:
        days = {day for day, last in stopped.items() if last is run and run.failed} - changed
        if not days:
            continue
        if run.attempt > len(PAUSES):
            waits[Wait.GIVEN_UP] |= days
        elif now < run.ended + PAUSES[run.attempt - 1]:
            waits[Wait.PAUSED] |= days
        else:
            # with the days before that the run was for as well: they may have its late events
            units = {
                day: touched_by(day, late_days, partitions) & set(run.days.days) for day in days
            }
            ready, together = _free(units, busy | writing | Plan(requests).requested)
            waits[Wait.BUSY] |= days - ready
            requests += [
                Request(again, _key(run.run_id, again), attempt=run.attempt + 1)
                for again in together
            ]
    others = {day: run for day, run in stopped.items() if day not in busy}
    waits[Wait.CANCELED] = {day for day, run in others.items() if run.canceled}
    waits[Wait.HELD] = {day for day, run in others.items() if day in run.held}
    return Plan(requests, waits, {day: run.run_id for day, run in others.items()})


def _free(
    units: Mapping[date, Set[date]], blocked: Set[date]
) -> tuple[set[date], Sequence[EventDays]]:
    """The days of whose units no day is blocked, and all days of these units as ranges."""
    free = {day for day, unit in units.items() if not unit & blocked}
    return free, ranges(each for day in free for each in units[day])


def remembered(
    asked: Mapping[date, str],
    plan: Plan,
    files: Mapping[date, DayFiles],
    looked_at: Collection[date],
) -> dict[date, str]:
    """What was asked for and not yet taken in: the version that each such day was asked for in.

    Days that were looked at stay only while they wait for their run, so this does not grow.
    """
    kept = {
        day: version
        for day, version in asked.items()
        if day not in looked_at or (day in files and files[day].taken != files[day].version)
    }
    new = {day: files[day].version for request in plan.requests for day in request.changed}
    return {**kept, **new}


def _request_for_changed(
    days: EventDays,
    changed: Sequence[date],
    files: Mapping[date, DayFiles],
    stopped: Mapping[date, PastRun],
) -> Request:
    # with what was taken in last, for files may come back to a version that they have had before,
    # and with the run that was stopped, for to ask again is to ask for another one
    fingerprint_input = []
    for day in changed:
        there, run = files.get(day, DayFiles("")), stopped.get(day)
        fingerprint_input.append(
            f"{day} {there.taken_id} {there.version} {run.run_id if run else ''}"
        )
    taken_in = tuple(day for day in changed if day in files)
    return Request(days, _key(*fingerprint_input, days), taken_in)


def _stopped(past: Sequence[PastRun], partitions: EventDays) -> Mapping[date, PastRun]:
    """The days whose last run of the whole graph failed, was canceled or held them; that run."""
    covered: set[date] = set()
    found: dict[date, PastRun] = {}
    for run in past:
        days = {day for day in run.days.days if partitions.first <= day <= partitions.last}
        if run.takes_in and run.publishes:
            stopped = days if run.failed or run.canceled else days & run.held
            found.update(dict.fromkeys(stopped - covered, run))
        if run.publishes:
            covered |= days
    return found


def _key(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]
