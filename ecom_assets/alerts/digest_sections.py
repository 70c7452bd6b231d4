"""The sections of the daily digest, and the message made of them.

Dagster 1.13 documents no API for what the UI's pages *Deployment* and *Automation* show; the
methods of the instance that `daemons` and `automations` use are called nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from ecom_assets.alerts.failed_runs import failed_run, runs_that_failed
from ecom_assets.alerts.late_files import days_without_files
from ecom_assets.alerts.messages import Message, days_phrase, fitting
from ecom_assets.landing.passed_over import PassedOver, of_another_suffix, outside
from ecom_assets.landing.zone import LandingError, LandingZone
from ecom_assets.partitions import EventDays, event_dates
from ecom_assets.pipeline.audit import counted_rows, why_held
from ecom_assets.settings import Settings
from ecom_assets.stopping import places_held_by_ended_runs
from ecom_assets.text.foreign_text import harmless
from ecom_assets.triggers import survey
from ecom_assets.triggers.daily import pieces_of
from ecom_assets.triggers.plan import Plan, Wait
from ecom_assets.warehouse.contract import Row

DAYS_OF_RATES = 14
RUNS_SHOWN = 20
"""Failed runs that are looked at, the newest; the others are only counted."""
LONG_RUN = timedelta(hours=6)
"""A year of days on a small machine takes less; a run whose process was lost goes on for ever."""
TICK_OVERDUE = timedelta(hours=1)
"""Sensors tick every few minutes at most. Schedules may wait for a day, and are not held to it."""


@dataclass(frozen=True)
class Section:
    """A part of the digest.

    Attributes:
        heading: what it is about.
        entries: a line each.
        count: how many things in it need a look.
        noun: what these are.
        state: and how they are.
    """

    heading: str
    entries: Sequence[str]
    count: int = 0
    noun: str = ""
    state: str = ""


def digest_message(sections: Sequence[Section], now: datetime, *, is_cut: bool = True) -> Message:
    """The digest as text, most urgent first; it reads as Markdown as well. Cut to the length of a
    chat's message, unless it is to be whole."""
    lines: list[str] = []
    for section in sections:
        entries = [f"- {entry}" for entry in section.entries or ["none"]]
        lines += [f"{section.heading}:", "", *entries, ""]
    trouble = [
        f"{each.count} {each.noun}{'s' if each.count > 1 else ''} {each.state}"
        for each in sections
        if each.count
    ]
    return Message(
        f"Digest of {now:%Y-%m-%d}: {', '.join(trouble) or 'all is well'}",
        fitting(lines) if is_cut else "\n".join(lines),
        "warning" if trouble else "info",
    )


def all_sections(
    instance: dg.DagsterInstance,
    landing: LandingZone,
    settings: Settings,
    days: EventDays | None,
    quality: Sequence[Row],
    *,
    sensors: Sequence[str],
    schedules: Sequence[str],
    now: datetime,
    done: EventDays | None = None,
) -> Sequence[Section]:
    """How the pipeline is: its days, what staging says of them (`quality`), Dagster's runs, and the
    sensors and schedules of these names. The run that asks is `done` with days that wait for
    nothing else than its end."""
    waiting, passed_over = files_found(instance, landing, settings, days, now, done)
    return [
        days_held(instance, settings, quality),
        *published_by_decision(quality),
        days_missing(days, quality),
        *days_late(landing, settings, days, now),
        waiting,
        failed_runs(instance, settings, now),
        long_runs(instance, settings, now),
        daemons(instance),
        places(instance),
        automations(instance, sensors, schedules, now),
        passed_over,
        reject_rates(days, quality),
    ]


def days_held(instance: dg.DagsterInstance, settings: Settings, quality: Sequence[Row]) -> Section:
    """Days that staging holds, and days that it does not, but of which FACT_SALES failed."""
    keys = [row["event_date"].isoformat() for row in quality]
    days = event_dates(settings.start_date, settings.time_zone)
    statuses = instance.get_status_by_partition(dg.AssetKey("fact_sales"), keys, days) or {}
    entries = []
    for row in quality:
        day = row["event_date"].isoformat()
        if not row["publishable"]:
            entries.append(f"{day}: {harmless(why_held(row))}")
        elif statuses.get(day) == dg.AssetPartitionStatus.FAILED:
            entries.append(f"{day}: its last run for fact_sales failed (see its checks)")
    return Section("Days held", entries, len(entries), "day", "held")


def published_by_decision(quality: Sequence[Row]) -> Sequence[Section]:
    """Days that would be held, had nobody decided otherwise; no section where there are none."""
    entries = [
        f"{row['event_date']}, {row['reject_rate']:.1%} rejects: {harmless(row['decided_by'])}"
        for row in quality
        if row["publishable"] and row["decided_by"]
    ]
    return [Section("Days published by decision", entries)] if entries else []


def days_missing(days: EventDays | None, quality: Sequence[Row]) -> Section:
    """Days that staging has not judged."""
    judged = {row["event_date"] for row in quality}
    missing = [day for day in days.days if day not in judged] if days else []
    entries = [days_phrase(missing)] if missing else []
    return Section("Days missing", entries, len(missing), "day", "missing")


def days_late(
    landing: LandingZone, settings: Settings, days: EventDays | None, now: datetime
) -> Sequence[Section]:
    """Of the last days those whose files have not come in time; no section where no time is set."""
    if days is None or settings.complete_by is None:
        return []
    first = max(days.first, days.last - timedelta(days=DAYS_OF_RATES - 1))
    try:
        late = days_without_files(landing, settings, EventDays(first, days.last), now)
    except LandingError:  # told by the days that wait
        return []
    entries = [f"no file has come for {days_phrase(late)}"] if late else []
    return [Section("Days late", entries, len(late), "day", "late")]


def files_found(
    instance: dg.DagsterInstance,
    landing: LandingZone,
    settings: Settings,
    days: EventDays | None,
    now: datetime,
    done: EventDays | None = None,
) -> tuple[Section, Section]:
    """The days that wait for their files, and the files that are passed over."""
    start = settings.start_date
    planned, others, problem = None, PassedOver({}), ""
    try:
        if days:
            found = survey.survey(instance, landing, settings, days, now, pieces_of(days))
            planned, others = found.plan, of_another_suffix(found.look.others)
        today = days.last + timedelta(days=1) if days else start
        others |= outside(landing, start, today)
    except LandingError as error:  # all the more reason to send the rest
        problem = f"their files cannot be looked at. {error}"
    return _days_waiting(planned, days, problem, done), _passed_over(others)


def _passed_over(others: PassedOver) -> Section:
    """Files that no day takes in, with why."""
    count = len(others.why)
    return Section("Files passed over", list(others.lines().values()), count, "file", "passed over")


def _days_waiting(
    planned: Plan | None, days: EventDays | None, problem: str, done: EventDays | None
) -> Section:
    """Why days wait for a run, and which; held ones have a section of their own."""
    waits: Mapping[str, set[date]] = {}
    if planned:
        waits = {why: set(of) - planned.waits[Wait.HELD] for why, of in planned.waits.items()}
        # nothing is asked for here: a day that would be waits like all others
        new = planned.requested.difference(*planned.waits.values())
        waits = {**waits, "with files to take in, by arrivals or the next firing of daily": new}
        waits = {why: of.difference(done.days if done else ()) for why, of in waits.items()}
    if days and problem:
        waits = {f"all: {problem}": set(days.days)}
    entries = [f"{harmless(why)} ({days_phrase(of)})" for why, of in waits.items() if of]
    count = len(set[date]().union(*waits.values()))
    return Section("Days that wait", entries, count, "day", "waiting")


def failed_runs(instance: dg.DagsterInstance, settings: Settings, now: datetime) -> Section:
    """Runs that failed in the last day, the newest of them with their error."""
    statuses = [dg.DagsterRunStatus.FAILURE]
    failed = runs_that_failed(
        instance, dg.RunsFilter(statuses=statuses, updated_after=now - timedelta(days=1))
    )
    entries = [
        failed_run(instance, run, hide_values=settings.hide_values).line(settings.ui_url)
        for run in reversed(failed[:RUNS_SHOWN])
    ]
    if len(failed) > RUNS_SHOWN:
        more = len(failed) - RUNS_SHOWN
        entries.append(f"and {more:,} more, older ones: {settings.ui_url}/runs")
    return Section("Runs failed in the last day", entries, len(failed), "run", "failed")


def long_runs(instance: dg.DagsterInstance, settings: Settings, now: datetime) -> Section:
    """Runs that have been going on for long."""
    started = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    entries = []
    for record in started:
        since = datetime.fromtimestamp(record.start_time or now.timestamp(), UTC)
        if now - since > LONG_RUN:
            run = failed_run(instance, record.dagster_run, hide_values=settings.hide_values)
            entries.append(f"since {_minute(since, now)}: {run.line(settings.ui_url)}")
    hours = LONG_RUN // timedelta(hours=1)
    heading = f"Runs going on for more than {hours} hours"
    return Section(heading, entries, len(entries), "run", "not ending")


def places(instance: dg.DagsterInstance) -> Section:
    """The pools in which runs that have ended hold places, so that others wait."""
    held = places_held_by_ended_runs(instance)
    entries = [f"{pool}: {', '.join(run[:8] for run in runs)}" for pool, runs in held.items()]
    count = sum(map(len, held.values()))
    return Section("Places held by runs that have ended", entries, count, "place", "not freed")


def daemons(instance: dg.DagsterInstance) -> Section:
    """The parts of the daemon that should have given a sign of life lately, and did not."""
    silent = sorted(
        kind
        for kind, status in instance.get_daemon_statuses().items()
        if status.required and not status.healthy
    )
    return Section("Daemons without a sign of life", silent, len(silent), "daemon", "silent")


def automations(
    instance: dg.DagsterInstance,
    sensors: Sequence[str],
    schedules: Sequence[str],
    now: datetime,
) -> Section:
    """Whether the sensors and schedules of these names are on, and what their last tick came to."""
    stored = instance.all_instigator_state() if instance.schedule_storage else []
    states = {state.instigator_name: state for state in stored}
    entries, overdue = [], 0
    for name in [*sensors, *schedules]:
        state = states.get(name)
        if state is None or not state.is_running:
            entries.append(f"{name}: off")
            continue
        text, ticked_at = "no tick yet", None
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1):
            ticked_at = datetime.fromtimestamp(tick.timestamp, UTC)
            text = f"last tick {_minute(ticked_at, now)}, {tick.status.value.lower()}"
        if name in sensors and (ticked_at is None or now - ticked_at > TICK_OVERDUE):
            text += " (OVERDUE)"
            overdue += 1
        entries.append(f"{name}: on, {text}")
    return Section("Sensors and schedules", entries, overdue, "sensor", "overdue")


def reject_rates(days: EventDays | None, quality: Sequence[Row]) -> Section:
    """The share of rejects on each of the last days, and on all of them."""
    last = days.days[-DAYS_OF_RATES:] if days else []
    rows = [row for row in quality if row["event_date"] in last]
    entries = [_rate(str(row["event_date"]), row) for row in rows]
    if rows:
        columns = ("reject_rows", "sale_rows", "replaced_rows")
        total = {column: sum(row[column] for row in rows) for column in columns}
        entries = [_rate("all", total), *entries]
    return Section(f"Reject rate of the last {DAYS_OF_RATES} days", entries)


def _rate(label: str, row: Row) -> str:
    rejects, lines = counted_rows(row)
    return f"{label}: {rejects / lines if lines else 0:.1%} ({rejects:,} of {lines:,} lines)"


def _minute(moment: datetime, now: datetime) -> str:
    return f"{moment.astimezone(now.tzinfo):%Y-%m-%d %H:%M %Z}"
