"""The texts of alerts. Pure: what is news goes in, a title and plain text come out.

What comes from data (payload values, file names, errors) goes through `foreign_text.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from ecom_assets.alerts.outcomes import Change, Day, News, Outcome, by_date
from ecom_assets.partitions import days_text
from ecom_assets.text.foreign_text import harmless

TITLE_LENGTH = 200
"""Most channels take 250 characters of a title."""
TEXT_LENGTH = 1_750
"""Discord, the shortest of the common chats, takes 2,000 characters, title included."""
DAYS_SHOWN = 6
"""Days with their counts: as many as fit beside links and sample."""
SAMPLES_SHOWN = 5
"""Failing rows: enough to see a pattern; the check's page has more."""
RUNS_SHOWN = 5
"""Failed runs with their error; the list of runs in the UI has all."""


@dataclass(frozen=True)
class Message:
    """What is sent.

    Attributes:
        title: one line.
        text: plain text.
        kind: how a channel should colour it.
    """

    title: str
    text: str
    kind: Literal["failure", "warning", "success", "info"]


@dataclass(frozen=True)
class FailedRun:
    """A run that failed.

    Attributes:
        run_id: Dagster's id of it.
        job: what ran, for people: a job's name with its article.
        days: for which event dates, for people; may be empty.
        problem: what failed and why.
        retried: whether Dagster itself starts it again; None: it has not ended, or nobody says.
    """

    run_id: str
    job: str
    days: str
    problem: str
    retried: bool | None = None

    @property
    def what_follows(self) -> str:
        """Whether it is tried again, in words to put after the problem."""
        if self.retried is None:
            return ""
        return " (Dagster tries it again)" if self.retried else " (Dagster does not try it again)"


def check_message(news: News, ui_url: str) -> Message:
    """The one message of a tick about a check.

    Args:
        news: what the channel does not know yet.
        ui_url: where the UI is, for the links.
    """
    asset, _, check = news.check.rpartition(":")
    name = f"{check} on {asset}"
    failed = [c for c in news.changes if c.after > c.before and c.day in news.failing]
    eased = [c for c in news.changes if c not in failed and c.after]
    passing = [c for c in news.changes if not c.after]
    title, kind = _headline(name, news, failed, eased, passing)
    lines = [
        *_shown_days(sorted(failed, key=lambda c: (-c.after, by_date(c.day)))),
        *_shown_days(eased, "Of another severity now:"),
        *_shown_days([c for c in passing if not c.before], "Failed and pass again:"),
        *_listed("Pass again", [c.day for c in passing if c.before], if_any=bool(failed)),
        *_listed("Known to fail and still failing", news.unchanged, if_any=bool(news.changes)),
        f"Check: {check_url(ui_url, news.check)}",
    ]
    runs = {c.evaluation.run_id: None for c in [*failed, *eased, *passing] if c.evaluation.run_id}
    lines += [f"Run: {run_url(ui_url, run_id)}" for run_id in list(runs)[:1]]
    sample = [row for c in [*failed, *eased] for row in c.evaluation.sample]
    if sample:
        lines += ["Some failing rows:", *(f"- {harmless(row)}" for row in sample[:SAMPLES_SHOWN])]
    return Message(_cut(title, TITLE_LENGTH), fitting(lines), kind)


def _headline(
    name: str,
    news: News,
    failed: Sequence[Change],
    eased: Sequence[Change],
    passing: Sequence[Change],
) -> tuple[str, Literal["failure", "warning", "success"]]:
    if failed:
        worst = max(change.after for change in failed)
        days = days_phrase(change.day for change in failed)
        return f"{worst.name}: {name} failed for {days}", _kind(worst)
    if not news.changes:
        worst = max(news.unchanged.values())
        days = days_phrase(news.unchanged)
        return f"STILL {worst.name}: {name} fails for {days}", _kind(worst)
    if eased:
        worst = max(change.after for change in eased)
        days = days_phrase(change.day for change in eased)
        return f"{worst.name} NOW: {name} for {days}", _kind(worst)
    if not any(change.before for change in passing):
        days = days_phrase(change.day for change in passing)
        return f"RECOVERED: {name} failed for {days} and passes again", "success"
    count, total = len(passing), len(passing) + len(news.unchanged)
    if None in {change.day for change in passing}:
        return f"RECOVERED: {name} passes again", "success"
    if count < total:
        return f"RECOVERED: {name}: {count} of {total} days pass again", "success"
    days = "the day passes" if count == 1 else f"all {count} days pass"
    return (
        f"RECOVERED: {name}: {days} again ({days_text(c.day for c in passing if c.day)})",
        "success",
    )


def _kind(outcome: Outcome) -> Literal["failure", "warning"]:
    return "failure" if outcome is Outcome.ERROR else "warning"


def _shown_days(changes: Sequence[Change], heading: str = "") -> Sequence[str]:
    if not changes:
        return []
    lines = []
    for change in changes[:DAYS_SHOWN]:
        outcome = change.after or change.worst
        day = change.day or "the table"
        lines.append(f"- {day} {outcome.name}: {harmless(change.evaluation.description)}")
    if len(changes) > DAYS_SHOWN:
        lines.append(f"- … and {len(changes) - DAYS_SHOWN} more days")
    return [heading, *lines] if heading else lines


def _listed(heading: str, days: Iterable[Day], *, if_any: bool) -> Sequence[str]:
    found = list(days)
    return [f"{heading}: {days_phrase(found)}"] if found and if_any else []


def days_phrase(days: Iterable[Day]) -> str:
    """Days for people: how many, and which."""
    found = list(days)
    dates = [day for day in found if day is not None]
    if not dates:
        return "the table as a whole"
    return f"{len(dates)} day{'s' if len(dates) > 1 else ''}: {days_text(dates)}"


def run_message(runs: Sequence[FailedRun], ui_url: str) -> Message:
    """The one message of a tick about runs that failed; none of them held days."""
    first = runs[0]
    title = f"ERROR: {len(runs)} runs failed"
    if len(runs) == 1:
        title = f"ERROR: {first.job} failed{f' for {first.days}' if first.days else ''}"
    lines = []
    for run in runs[:RUNS_SHOWN]:
        days = f", {run.days}" if run.days else ""
        told = f"{harmless(run.problem)}{run.what_follows}"
        lines.append(f"- {run.run_id[:8]} ({run.job}{days}): {told}")
        lines.append(f"  {run_url(ui_url, run.run_id)}")
    if len(runs) > RUNS_SHOWN:
        lines.append(f"- … and {len(runs) - RUNS_SHOWN} more: {ui_url}/runs")
    return Message(_cut(title, TITLE_LENGTH), fitting(lines), "failure")


def check_url(ui_url: str, check: str) -> str:
    """The page of a check in the UI."""
    asset, _, name = check.rpartition(":")
    query = urlencode({"view": "checks", "checkDetail": name})
    return f"{ui_url}/assets/{quote(asset)}?{query}"


def run_url(ui_url: str, run_id: str) -> str:
    """The page of a run in the UI."""
    return f"{ui_url}/runs/{run_id}"


def fitting(lines: Iterable[str]) -> str:
    """As many lines as a chat takes, the most important first."""
    text = ""
    for line in lines:
        if len(text) + len(line) > TEXT_LENGTH:
            return f"{text}…"
        text += f"{line}\n"
    return text.rstrip("\n")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
