"""What each channel has acknowledged, and which new evaluations are news to it. Pure.

Reading Dagster's storage is in `events.py`, texts are in `messages.py`, sending in `channels.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import IntEnum

from pydantic import TypeAdapter

from ecom_assets.partitions import EventDays, ranges

REMIND_AFTER = timedelta(days=1)
"""What still fails is sent again after this long: once in each shift that could look at it."""

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
        description: counts and limit, as the check describes them.
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


Failing = Mapping[Day, Outcome]
"""Days that fail, and how."""


@dataclass(frozen=True)
class Acknowledged:
    """What a channel has acknowledged of a check.

    Attributes:
        ranges: the days acknowledged to fail, as ranges, for it may be a year.
        at: when it last took a message about the check.
        position: the place in Dagster's event log up to which its messages were taken.
    """

    ranges: Mapping[Outcome, Sequence[EventDays | None]]
    at: datetime
    position: int

    @classmethod
    def of(cls, failing: Failing, at: datetime, position: int) -> "Acknowledged":
        """With the failing days one by one."""
        packed = {
            outcome: [
                *([None] if failing.get(None) is outcome else []),
                *ranges(day for day, of in failing.items() if day and of is outcome),
            ]
            for outcome in set(failing.values())
        }
        return cls(packed, at, position)

    @property
    def failing(self) -> Failing:
        """The failing days one by one."""
        return {
            day: outcome
            for outcome, parts in self.ranges.items()
            for part in parts
            for day in (part.days if part else [None])
        }


@dataclass(frozen=True)
class ChannelState:
    """Where a channel stands.

    Attributes:
        position: the place in Dagster's event log up to which all is dealt with.
        acknowledged: by check; of some checks it may be ahead of `position`, because a message
            about another one was not taken.
        unanswered: how often in a row the channel gave no answer.
        paused_until: nothing is sent to it before, because it gave none.
    """

    position: int
    acknowledged: Mapping[str, Acknowledged] = field(default_factory=dict)
    unanswered: int = 0
    paused_until: datetime | None = None

    def position_of(self, subject: str) -> int:
        """Up to which place messages about a check were taken."""
        known = self.acknowledged.get(subject)
        return max(self.position, known.position if known else 0)

    def with_taken(
        self, subject: str, failing: Failing, position: int, now: datetime
    ) -> "ChannelState":
        """The same, once the channel has taken a message about a check."""
        taken = {subject: Acknowledged.of(failing, now, position)}
        return replace(self, acknowledged={**self.acknowledged, **taken})

    def with_all_taken(self, position: int) -> "ChannelState":
        """The same, once nothing is left to send; checks that fail nowhere are forgotten."""
        kept = {check: known for check, known in self.acknowledged.items() if known.ranges}
        return replace(self, position=position, acknowledged=kept)

    def is_paused(self, now: datetime) -> bool:
        """Whether nothing is sent to it now."""
        return self.paused_until is not None and now < self.paused_until

    def with_answer(self, now: datetime, *, has_answered: bool) -> "ChannelState":
        """The same, of a channel that was written to, and that has answered or not."""
        if has_answered:
            return replace(self, unanswered=0, paused_until=None)
        # beyond some power of four the pause is the longest one, and would not fit a timedelta
        pause = min(FIRST_PAUSE * 4 ** min(self.unanswered, 10), LONGEST_PAUSE)
        return replace(self, unanswered=self.unanswered + 1, paused_until=now + pause)


_CURSOR = TypeAdapter(dict[str, ChannelState])


def to_cursor(states: Mapping[str, ChannelState]) -> str:
    """The states of all channels, by the channel's id, as a sensor keeps them."""
    return _CURSOR.dump_json(dict(states), exclude_defaults=True).decode()


def from_cursor(cursor: str | None) -> dict[str, ChannelState]:
    """The states that `to_cursor` wrote.

    Raises:
        ValueError: it did not write this.
    """
    return _CURSOR.validate_json(cursor or "{}")


@dataclass(frozen=True)
class Change:
    """A day whose outcome is not what the channel has acknowledged.

    Attributes:
        before: what the channel has acknowledged.
        after: what it is now.
        shown: the evaluation to show: the latest, or of a day that passes again the worst.
    """

    day: Day
    before: Outcome
    after: Outcome
    shown: Evaluation


@dataclass(frozen=True)
class News:
    """What a channel has not acknowledged of a check.

    Attributes:
        check: `asset:check`.
        changes: by day; none for a reminder.
        failing: the days that fail once the channel has acknowledged this.
    """

    check: str
    changes: Sequence[Change]
    failing: Failing

    @property
    def unchanged(self) -> Failing:
        """Days that were acknowledged to fail, and still do."""
        changed = {change.day for change in self.changes}
        return {day: outcome for day, outcome in self.failing.items() if day not in changed}


def by_date(day: Day) -> date:
    """A key that sorts days; the table as a whole comes first."""
    return day or date.min


def news(
    state: ChannelState, evaluations: Iterable[Evaluation], takes: frozenset[Outcome]
) -> Sequence[News]:
    """The news for a channel in a batch of evaluations, oldest first: a day has an outcome that the
    channel takes, or a day acknowledged to fail has another outcome. Worst first."""
    new: dict[str, dict[Day, list[Evaluation]]] = defaultdict(lambda: defaultdict(list))
    for evaluation in evaluations:
        if evaluation.position > state.position_of(evaluation.check):
            new[evaluation.check][evaluation.day].append(evaluation)
    found = []
    for check, days in new.items():
        known = state.acknowledged[check].failing if check in state.acknowledged else {}
        changes = [
            change
            for day in sorted(days, key=by_date)
            if (change := _change(known.get(day, Outcome.PASSED), days[day], takes))
        ]
        if changes:
            now = {change.day: change.after for change in changes}
            failing = {day: after for day, after in {**known, **now}.items() if after in takes}
            found.append(News(check, changes, failing))
    return sorted(found, key=lambda each: -max(change.after for change in each.changes))


def _change(
    before: Outcome, evaluations: Sequence[Evaluation], takes: frozenset[Outcome]
) -> Change | None:
    last = evaluations[-1]
    failures = [each for each in evaluations if each.outcome in takes]
    if before and last.outcome == before:
        return None
    if not before and not failures:
        return None
    shown = last
    if failures and not last.outcome:
        shown = sorted(failures, key=lambda each: each.outcome)[-1]
    return Change(last.day, before, last.outcome, shown)


def reminders(state: ChannelState, now: datetime) -> Sequence[News]:
    """Checks that still fail and of which the channel has not heard for long."""
    return [
        News(check, (), known.failing)
        for check, known in sorted(state.acknowledged.items())
        if known.ranges and now - known.at >= REMIND_AFTER
    ]
