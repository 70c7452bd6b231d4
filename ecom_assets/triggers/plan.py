"""Which days to ask for: plain values in, runs to request out.

A day's files may hold events of the `late_days` days before it, so these days are asked for
together with it, in one run, or not at all for now. Nothing here knows Dagster or a landing zone.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ecom_assets.partitions import EventDays, ranges


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
        written: changed days that wait for their writers.
        busy: changed or failed days that wait for an unfinished run.
        paused: days of failed runs whose pause is not over.
        given_up: days whose last run failed at its last attempt.
        canceled: days whose last run somebody ended.
        held: days that their last run held.
        runs: the finished run that a day waits because of, by its id.
    """

    requests: Sequence[Request] = ()
    written: Set[date] = field(default_factory=frozenset)
    busy: Set[date] = field(default_factory=frozenset)
    paused: Set[date] = field(default_factory=frozenset)
    given_up: Set[date] = field(default_factory=frozenset)
    canceled: Set[date] = field(default_factory=frozenset)
    held: Set[date] = field(default_factory=frozenset)
    runs: Mapping[date, str] = field(default_factory=dict)

    @property
    def waiting(self) -> Mapping[str, Set[date]]:
        """Why days that are not asked for wait, in words, with the days; for a person first."""
        reasons = {
            "canceled: FACT_SALES has what it had; materialize them": self.canceled,
            "given up after failures: see the run, and materialize them": self.given_up,
            "held: see their checks, and materialize them": self.held,
            "to be tried again later": self.paused,
            "being written": self.written,
            "in an unfinished run": self.busy,
        }
        requested = {day for request in self.requests for day in request.days.days}
        return {why: left for why, days in reasons.items() if (left := days - requested)}


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
    pauses: Sequence[timedelta],
    due: Set[date] = frozenset(),
) -> Plan:
    """Which runs to ask for now.

    Args:
        changed: days to ask for, because of their files.
        files: the days that were looked at and have files.
        past: finished runs, newest first.
        busy: days of unfinished runs.
        partitions: the days that there are.
        late_days: how many days before its file's day an event's may be.
        now: with a zone, as the ends of past runs.
        due: days to ask for all the same, with files or without.
        pauses: how long to wait after the first, second, … failure of a day; there are no more
            attempts after the last.
    """
    past = list(past)
    stopped = _stopped(past, partitions)
    changed = changed | due
    writing = {day for day, there in files.items() if not there.settled}
    units = {day: touched_by(day, late_days, partitions) for day in changed}
    ready = {day for day, unit in units.items() if not unit & (busy | writing)}
    requests = [
        _request_for_changed(days, sorted(ready & set(days.days)), files, stopped)
        for days in ranges(day for unit_day in ready for day in units[unit_day])
    ]
    written = {day for day in changed - ready if units[day] & writing}
    waiting = changed - ready - written
    paused: set[date] = set()
    given_up: set[date] = set()
    for run in past:
        days = {day for day, last in stopped.items() if last is run and run.failed} - changed
        if not days:
            continue
        if run.attempt > len(pauses):
            given_up |= days
        elif now < run.ended + pauses[run.attempt - 1]:
            paused |= days
        else:
            taken = busy | writing | {day for request in requests for day in request.days.days}
            # with the days before that the run was for as well: they may have its late events
            units = {
                day: touched_by(day, late_days, partitions) & set(run.days.days) for day in days
            }
            ready = {day for day, unit in units.items() if not unit & taken}
            waiting |= days - ready
            requests += [
                Request(again, _key(run.run_id, again), attempt=run.attempt + 1)
                for again in ranges(day for unit_day in ready for day in units[unit_day])
            ]
    others = {day: run for day, run in stopped.items() if day not in busy}
    return Plan(
        requests,
        written,
        waiting,
        paused,
        given_up,
        canceled={day for day, run in others.items() if run.canceled},
        held={day for day, run in others.items() if day in run.held},
        runs={day: run.run_id for day, run in others.items()},
    )


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
    # and with the run that was stopped, for whoever asks again wants another one
    said = []
    for day in changed:
        there, run = files.get(day, DayFiles("")), stopped.get(day)
        said.append(f"{day} {there.taken_id} {there.version} {run.run_id if run else ''}")
    return Request(days, _key(*said, days), tuple(day for day in changed if day in files))


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


def _key(*said: object) -> str:
    return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()[:32]
