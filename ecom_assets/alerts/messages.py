"""The text of an alert about a check. Pure: news goes in, a title and plain text come out.

What comes from data (payload values, file names, errors) goes through `foreign_text.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from ecom_assets.alerts.outcomes import Change, Day, News, by_date
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

Kind = Literal["failure", "warning", "success", "info"]


@dataclass(frozen=True)
class Message:
    """What is sent: a title of one line, plain text, and how a channel should colour it."""

    title: str
    text: str
    kind: Kind


_KINDS: Sequence[Kind] = ("success", "warning", "failure")
"""By outcome."""


def check_message(news: News, ui_url: str) -> Message:
    """The one message of a tick about a check."""
    failed = [c for c in news.changes if c.after > c.before and c.day in news.failing]
    eased = [c for c in news.changes if c not in failed and c.after]
    passing = [c for c in news.changes if not c.after]
    lines = [
        *_day_lines("", sorted(failed, key=lambda c: (-c.after, by_date(c.day)))),
        *_day_lines("Of another severity now:", eased),
        *_day_lines("Failed and pass again:", [c for c in passing if not c.before]),
    ]
    recovered = [c.day for c in passing if c.before]
    if recovered and (failed or eased):
        lines.append(f"Pass again: {days_phrase(recovered)}")
    if news.unchanged and news.changes:
        lines.append(f"Known to fail and still failing: {days_phrase(news.unchanged)}")
    lines.append(f"Check: {check_url(ui_url, news.check)}")
    shown = [c.shown for c in [*failed, *eased, *passing]]
    lines += [f"Run: {run_url(ui_url, each.run_id)}" for each in shown[:1] if each.run_id]
    sample = [f"- {harmless(row)}" for c in [*failed, *eased] for row in c.shown.sample]
    if sample:
        lines += ["Some failing rows:", *sample[:SAMPLES_SHOWN]]

    asset, _, check = news.check.rpartition(":")
    wordings = (
        ("{outcome}: {check} failed for {days}", {c.day: c.after for c in failed}),
        ("{outcome} NOW: {check} for {days}", {c.day: c.after for c in eased}),
        ("RECOVERED: {check} passes again for {days}", {c.day: c.after for c in passing}),
        ("STILL {outcome}: {check} fails for {days}", news.unchanged),
    )
    wording, days = next((wording, days) for wording, days in wordings if days)
    worst = max(days.values())
    title = wording.format(outcome=worst.name, check=f"{check} on {asset}", days=days_phrase(days))
    return Message(cut(title, TITLE_LENGTH), fitting(lines), _KINDS[worst])


def _day_lines(heading: str, changes: Sequence[Change]) -> Sequence[str]:
    lines = [heading] if heading and changes else []
    for change in changes[:DAYS_SHOWN]:
        text = harmless(change.shown.description)
        lines.append(f"- {change.day or 'the table'} {change.shown.outcome.name}: {text}")
    if len(changes) > DAYS_SHOWN:
        lines.append(f"- … and {len(changes) - DAYS_SHOWN} more days")
    return lines


def days_phrase(days: Iterable[Day]) -> str:
    """Days for people: how many, and which."""
    dates = [day for day in days if day is not None]
    if not dates:
        return "the table as a whole"
    return f"{len(dates)} day{'s' if len(dates) > 1 else ''}: {days_text(dates)}"


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


def cut(text: str, length: int) -> str:
    """The text, or its beginning."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
