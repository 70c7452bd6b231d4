"""The text of the daily digest. Pure: what was found goes in, a message comes out."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ecom_assets.alerts.heartbeats import Automation
from ecom_assets.alerts.messages import (
    FailedRun,
    Message,
    days_phrase,
    fitting,
    run_url,
)
from ecom_assets.text.foreign_text import harmless
from ecom_assets.warehouse.contract import Row

DAYS_OF_RATES = 14
LONG_RUN = timedelta(hours=6)
"""A year of days on a small machine takes less; a run whose process was lost goes on for ever."""
TICK_OVERDUE = timedelta(hours=1)
"""Sensors tick every few minutes at most. Schedules may wait for a day, and are not held to it."""


@dataclass(frozen=True)
class Digest:
    """What the digest knows.

    Attributes:
        now: when it was made.
        held: why days are held, by day.
        missing: days up to yesterday that staging has not judged.
        rates: rows of `staging/quality_by_day`, of the last days.
        failed: runs that failed in the last day, or the newest of them.
        long: runs that have been going on for long, and since when.
        automations: the sensors and schedules.
        silent: parts of the daemon without a sign of life.
        waiting: why days wait for a run, and which.
        failed_in_all: how many runs failed in the last day; 0: those in `failed`.
    """

    now: datetime
    held: Mapping[date, str]
    missing: Sequence[date]
    rates: Sequence[Row]
    failed: Sequence[FailedRun]
    long: Sequence[tuple[FailedRun, datetime]]
    automations: Sequence[Automation]
    silent: Sequence[str]
    failed_in_all: int = 0
    waiting: Mapping[str, Set[date]] = field(default_factory=dict)


def digest_message(digest: Digest, ui_url: str, *, cut: bool = True) -> Message:
    """The digest as text, most urgent first; it reads as Markdown as well.

    Args:
        digest: what was found.
        ui_url: where the UI is, for the links.
        cut: to the length of a chat's message.
    """
    overdue = [each for each in digest.automations if _is_overdue(each, digest.now)]
    failed = max(digest.failed_in_all, len(digest.failed))
    trouble = [
        f"{count} {what}{'s' if count > 1 else ''} {how}"
        for count, what, how in (
            (len(digest.held), "day", "held"),
            (len(digest.missing), "day", "missing"),
            (len(set().union(*digest.waiting.values())), "day", "waiting"),
            (failed, "run", "failed"),
            (len(digest.long), "run", "not ending"),
            (len(digest.silent), "daemon", "silent"),
            (len(overdue), "sensor", "overdue"),
        )
        if count
    ]
    more = failed - len(digest.failed)
    hours = LONG_RUN // timedelta(hours=1)
    lines = [
        *_section("Days held", [f"{day}: {harmless(why)}" for day, why in digest.held.items()]),
        *_section("Days missing", [days_phrase(digest.missing)] if digest.missing else []),
        *_section(
            "Days that wait",
            [f"{harmless(why)} ({days_phrase(days)})" for why, days in digest.waiting.items()],
        ),
        *_section(
            "Runs failed in the last day",
            [
                *(_run(run, ui_url) for run in digest.failed),
                *([f"and {more:,} more, older ones: {ui_url}/runs"] if more else []),
            ],
        ),
        *_section(
            f"Runs going on for more than {hours} hours",
            [f"since {_minute(since)}: {_run(run, ui_url)}" for run, since in digest.long],
        ),
        *_section("Daemons without a sign of life", digest.silent),
        *_section(
            "Sensors and schedules",
            [_automation(each, digest.now) for each in digest.automations],
        ),
        *_section(f"Reject rate of the last {DAYS_OF_RATES} days", _rates(digest.rates)),
    ]
    return Message(
        f"Digest of {digest.now:%Y-%m-%d}: {', '.join(trouble) or 'all is well'}",
        fitting(lines) if cut else "\n".join(lines),
        "warning" if trouble else "info",
    )


def _section(title: str, entries: Sequence[str]) -> Sequence[str]:
    return [f"{title}:", "", *(f"- {entry}" for entry in entries or ["none"]), ""]


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _run(run: FailedRun, ui_url: str) -> str:
    days = f", {run.days}" if run.days else ""
    problem = f": {harmless(run.problem)}" if run.problem else ""
    link = run_url(ui_url, run.run_id)
    return f"{run.run_id[:8]} ({run.job}{days}){problem}{run.what_follows} {link}"


def _rates(rates: Sequence[Row]) -> Sequence[str]:
    if not rates:
        return []
    rejects, lines = (sum(row[name] for row in rates) for name in ("reject_rows", "raw_rows"))
    return [
        f"all: {_rate(rejects, lines)}",
        *(f"{row['event_date']}: {_rate(row['reject_rows'], row['raw_rows'])}" for row in rates),
    ]


def _rate(rejects: int, lines: int) -> str:
    return f"{rejects / lines if lines else 0:.1%} ({rejects:,} of {lines:,} lines)"


def _is_overdue(automation: Automation, now: datetime) -> bool:
    ticked_at = automation.ticked_at
    return (
        automation.is_on
        and automation.is_sensor
        and (ticked_at is None or now - ticked_at > TICK_OVERDUE)
    )


def _automation(automation: Automation, now: datetime) -> str:
    if not automation.is_on:
        return f"{automation.name}: off"
    ticked_at = automation.ticked_at
    last = f"last tick {_minute(ticked_at)}" if ticked_at else "no tick yet"
    came_to = f", {automation.tick}" if automation.tick else ""
    overdue = " (OVERDUE)" if _is_overdue(automation, now) else ""
    return f"{automation.name}: on, {last}{came_to}{overdue}"
