"""What a channel was told of each check, and what of a batch of evaluations is news to it. Pure.

Nothing here reads Dagster's storage (see `evaluations.py`), words a message (`messages.py`) or
sends one (`channels.py`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import IntEnum

from ecom_assets.partitions import EventDays, ranges

REMIND_AFTER = timedelta(days=1)
"""What still fails is told again after this long: once in each shift that could look at it."""

FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=4)
"""A channel that gave no answer may have taken the message: it is tried again after two minutes,
and each time after four times as long. News wait with it meanwhile, so it is never a day."""

Day = date | None
"""An event date; None for a check that is about the table as a whole."""


class Outcome(IntEnum):
    """What an evaluation came to; the worse, the higher."""

    PASSED = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True)
class Evaluation:
    """One evaluation of a check.

    Attributes:
        position: its place in Dagster's event log.
        check: `asset:check`.
        day: which event date it is about.
        outcome: what it came to.
        description: counts and limit, in the check's words.
        sample: failing rows, a line of text each.
        run_id: the run that evaluated it.
    """

    position: int
    check: str
    day: Day
    outcome: Outcome
    description: str = ""
    sample: Sequence[str] = ()
    run_id: str = ""


@dataclass(frozen=True)
class Told:
    """What a channel was told of a check: the days that fail, and when it was last written to."""

    days: Mapping[Day, Outcome]
    at: datetime


@dataclass(frozen=True)
class ChannelState:
    """Where a channel stands.

    Attributes:
        position: all evaluations up to here are dealt with.
        runs: Dagster's cursor; all run failures up to here are dealt with.
        told: per check what still fails as far as the channel knows.
        ahead: checks that are dealt with beyond `position`, because a message about another one
            was not taken.
        unanswered: how often in a row it gave no answer.
        paused_until: nothing is sent to it before, because it gave none.
    """

    position: int
    runs: str
    told: Mapping[str, Told] = field(default_factory=dict)
    ahead: Mapping[str, int] = field(default_factory=dict)
    unanswered: int = 0
    paused_until: datetime | None = None

    def answered(self) -> "ChannelState":
        """The same, of a channel that gives answers."""
        return replace(self, unanswered=0, paused_until=None)

    def not_answered(self, now: datetime) -> "ChannelState":
        """The same, of a channel that gave no answer once more."""
        # beyond some power of four the pause is the longest one, and would not fit a timedelta
        pause = min(FIRST_PAUSE * 4 ** min(self.unanswered, 10), LONGEST_PAUSE)
        return replace(self, unanswered=self.unanswered + 1, paused_until=now + pause)


@dataclass(frozen=True)
class Change:
    """A day whose outcome is not what the channel knows.

    Attributes:
        before: what the channel knows.
        worst: the worst it was since, of what the channel takes.
        after: what it is now.
        evaluation: the one to show: the latest, or of a day that passes again the last to fail.
    """

    day: Day
    before: Outcome
    worst: Outcome
    after: Outcome
    evaluation: Evaluation


@dataclass(frozen=True)
class News:
    """What a channel does not know yet of a check.

    Attributes:
        check: `asset:check`.
        changes: by day; none for a reminder.
        unchanged: days that the channel knows to fail, and that still do.
        failing: what the channel knows to fail once it has been told.
    """

    check: str
    changes: Sequence[Change]
    unchanged: Mapping[Day, Outcome]
    failing: Mapping[Day, Outcome]


def by_date(day: Day) -> date:
    """A key that sorts days; the table as a whole comes first."""
    return day or date.min


def news(
    state: ChannelState,
    evaluations: Iterable[Evaluation],
    takes: frozenset[Outcome],
) -> Sequence[News]:
    """What of a batch of evaluations, oldest first, a channel does not know.

    A channel is told when a day gets an outcome that it takes, and of whatever becomes of a day
    that it was told of. Worst first.
    """
    seen: dict[str, dict[Day, list[Evaluation]]] = {}
    for evaluation in evaluations:
        if evaluation.position > state.ahead.get(evaluation.check, state.position):
            days = seen.setdefault(evaluation.check, {})
            days.setdefault(evaluation.day, []).append(evaluation)
    found = []
    for check, days in seen.items():
        known = state.told[check].days if check in state.told else {}
        changes = [
            change
            for day in sorted(days, key=by_date)
            if (change := _change(day, known.get(day, Outcome.PASSED), days[day], takes))
        ]
        if changes:
            changed = {change.day for change in changes}
            unchanged = {day: outcome for day, outcome in known.items() if day not in changed}
            now = {change.day: change.after for change in changes if change.after in takes}
            found.append(News(check, changes, unchanged, {**unchanged, **now}))
    return sorted(found, key=lambda each: -max(change.after for change in each.changes))


def _change(
    day: Day, before: Outcome, evaluations: Sequence[Evaluation], takes: frozenset[Outcome]
) -> Change | None:
    after = evaluations[-1].outcome
    failures = [each for each in evaluations if each.outcome in takes]
    worst = max((each.outcome for each in failures), default=Outcome.PASSED)
    if after == before if before else not worst:
        return None
    shown = evaluations[-1] if after or not failures else failures[-1]
    return Change(day, before, worst, after, shown)


def reminders(state: ChannelState, now: datetime, but: Iterable[str] = ()) -> Sequence[News]:
    """Checks that still fail and of which the channel has not heard for long, but for some."""
    return [
        News(check, (), told.days, told.days)
        for check, told in sorted(state.told.items())
        if check not in but and now - told.at >= REMIND_AFTER
    ]


def with_told(told: Mapping[str, Told], item: News, now: datetime) -> Mapping[str, Told]:
    """What a channel knows once it has been told; a check that fails nowhere is forgotten."""
    rest = {check: each for check, each in told.items() if check != item.check}
    return {**rest, item.check: Told(item.failing, now)} if item.failing else rest


def to_cursor(states: Mapping[str, ChannelState]) -> str:
    """The states of all channels, by the channel's id, as a sensor keeps them: days as ranges."""
    return json.dumps(
        {
            channel: {
                "at": state.position,
                "runs": state.runs,
                **({"ahead": dict(state.ahead)} if state.ahead else {}),
                **(
                    {"paused": [state.unanswered, int(state.paused_until.timestamp())]}
                    if state.paused_until
                    else {}
                ),
                "told": {
                    check: {
                        "at": int(told.at.timestamp()),
                        **{
                            outcome.name: _packed(d for d, o in told.days.items() if o is outcome)
                            for outcome in sorted(set(told.days.values()))
                        },
                    }
                    for check, told in state.told.items()
                },
            }
            for channel, state in states.items()
        }
    )


def from_cursor(cursor: str | None, now: datetime) -> Mapping[str, ChannelState]:
    """The states that `to_cursor` wrote.

    Raises:
        ValueError: it did not write this.
    """
    try:
        return {
            channel: ChannelState(
                position=int(state["at"]),
                runs=str(state["runs"]),
                told={
                    check: Told(
                        {
                            day: outcome
                            for outcome in Outcome
                            for day in _unpacked(told.get(outcome.name, ""))
                        },
                        datetime.fromtimestamp(told["at"], tz=now.tzinfo),
                    )
                    for check, told in state["told"].items()
                },
                ahead=state.get("ahead", {}),
                unanswered=state["paused"][0] if "paused" in state else 0,
                paused_until=datetime.fromtimestamp(state["paused"][1], tz=now.tzinfo)
                if "paused" in state
                else None,
            )
            for channel, state in json.loads(cursor or "{}").items()
        }
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError(f"not a cursor of the alerts: {type(error).__name__}") from None


def _packed(days: Iterable[Day]) -> str:
    found = list(days)
    parts = [
        f"{part.first}" if part.count == 1 else f"{part.first}/{part.last}"
        for part in ranges(day for day in found if day is not None)
    ]
    return " ".join((["table"] if None in found else []) + parts)


def _unpacked(text: str) -> Iterable[Day]:
    for part in text.split():
        if part == "table":
            yield None
            continue
        first, _, last = part.partition("/")
        yield from EventDays(date.fromisoformat(first), date.fromisoformat(last or first)).days
