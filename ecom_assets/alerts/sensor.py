"""The sensor that tells of failing checks and failed runs; open-source Dagster has none.

A tick reads what is new for each channel, words it, sends it, and moves a channel on only as far as
it took the messages: what was not taken is read and sent again. What is news is decided in
`outcomes.py`, its words are in `messages.py`.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import dagster as dg

from ecom_assets.alerts.channels import Channel, Delivery, deliver
from ecom_assets.alerts.evaluations import (
    evaluation_of,
    latest_position,
    read_evaluations,
    settled,
)
from ecom_assets.alerts.failed_runs import failed_run, runs_that_failed
from ecom_assets.alerts.messages import FailedRun, Message, check_message, run_message
from ecom_assets.alerts.outcomes import (
    ChannelState,
    Evaluation,
    News,
    Outcome,
    from_cursor,
    news,
    reminders,
    to_cursor,
    with_told,
)

EVALUATIONS_PER_TICK = 1_000
"""For each place that a channel stands at: they are read and sorted in a fraction of a second, and
ten ticks, which are five minutes, deal with a backlog of 10,000."""
RUNS_PER_TICK = 50
"""Each costs a look at its record and its log."""
SECONDS_BETWEEN_TICKS = 30

_LOG = logging.getLogger(__name__)
"""Not the tick's own: that would be a file each, which Dagster never deletes."""

_DESCRIPTION = """\
Sends a message when a check fails for a day, when it gets worse, when it passes again, once a day
while it still fails, and when a run fails; to the Apprise URLs in ECOM_ALERT_URLS, warnings to
those in ECOM_ALERT_WARN_URLS if there are any.

Switched on, it starts with what happens from then on: a day that fails already is told when it
is evaluated again (the daily digest lists the days that are held now). Switched off and on again,
it goes on where it was. A channel that is down gets its messages later; the tick says so. Try the
channels first with make alert-test.
"""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class _Batch:
    """What there is to tell after some position.

    Attributes:
        evaluations: oldest first, those of a run as a whole left out.
        position: where a channel stands that has dealt with them.
        is_last: whether nothing else waits.
    """

    evaluations: Sequence[Evaluation]
    position: int
    is_last: bool


@dataclass(frozen=True)
class _Runs:
    """Runs that failed after some cursor, and the cursor of a channel that was told of them."""

    failed: Sequence[FailedRun]
    cursor: str


def build_alerts(
    channels: Sequence[Channel],
    ui_url: str,
    *,
    hide_values: bool,
    now: Callable[[], datetime] = _utc_now,
) -> dg.SensorDefinition:
    """The sensor `check_alerts`, off until it is switched on.

    Args:
        channels: where to send to.
        ui_url: where the UI is, for the links.
        hide_values: leave the text of errors out, which may hold payload values.
        now: the clock; for tests.
    """

    @dg.sensor(
        name="check_alerts",
        description=_DESCRIPTION,
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        default_status=dg.DefaultSensorStatus.STOPPED,
    )
    def check_alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if not channels:
            return dg.SkipReason("There is nowhere to send alerts to: set ECOM_ALERT_URLS.")
        states = _states(context, channels, now())
        tick = _Tick(context, ui_url, hide_values=hide_values, now=now())
        paused = [channel for channel in channels if _is_paused(states[channel.id], now())]
        planned = {
            channel: tick.plan(channel, states[channel.id])
            for channel in channels
            if channel not in paused
        }
        deliveries = deliver(
            {channel: plan.messages for channel, plan in planned.items() if plan.messages}
        )
        for channel, plan in planned.items():
            delivery = deliveries.get(channel, Delivery())
            states[channel.id] = plan.state_after(delivery, now())
        context.update_cursor(to_cursor(states))
        return dg.SkipReason(_summary(planned, deliveries, paused, states))

    return check_alerts


def _states(
    context: dg.SensorEvaluationContext, channels: Sequence[Channel], now: datetime
) -> dict[str, ChannelState]:
    """Where each channel stands; a new one stands at the end."""
    known: Mapping[str, ChannelState]
    try:
        known = from_cursor(context.cursor, now)
    except ValueError as error:
        context.log.warning(f"The alerts start anew: {error}.")
        known = {}
    if all(channel.id in known for channel in channels):
        return {channel.id: known[channel.id] for channel in channels}
    latest_run = context.instance.fetch_run_status_changes(
        dg.DagsterEventType.RUN_FAILURE, limit=1
    ).cursor
    start = ChannelState(latest_position(context.instance), latest_run)
    return {channel.id: known.get(channel.id, start) for channel in channels}


def _is_paused(state: ChannelState, now: datetime) -> bool:
    return state.paused_until is not None and now < state.paused_until


def _summary(
    planned: "Mapping[Channel, _Plan]",
    deliveries: Mapping[Channel, Delivery],
    paused: Sequence[Channel],
    states: Mapping[str, ChannelState],
) -> str:
    """What a tick came to. A tick that raised would lose what the other channels took."""
    sent = sum(len(delivery.sent) for delivery in deliveries.values())
    problems = []
    for channel, delivery in deliveries.items():
        missing = len(planned[channel].messages) - len(delivery.sent)
        if missing:
            problems.append(
                f"{channel.name} did not take {missing} of {len(planned[channel].messages)} "
                f"messages ({delivery.problem}); they will be sent again"
                + _from_when_on(states[channel.id])
            )
    problems += [
        f"{channel.name} gave no answer {states[channel.id].unanswered} times and may have taken "
        f"what it was sent; it is written to again{_from_when_on(states[channel.id])}"
        for channel in paused
    ]
    for problem in problems:
        _LOG.warning(problem)
    told = f"{sent} messages sent" if sent else "nothing new to tell" if not problems else ""
    return "; ".join([*problems, *([told] if told else [])])


def _from_when_on(state: ChannelState) -> str:
    return f" from {state.paused_until:%Y-%m-%d %H:%M} UTC on" if state.paused_until else ""


@dataclass(frozen=True)
class _Plan:
    """What to send to a channel, and where it stands once it took that."""

    state: ChannelState
    batch: _Batch
    runs: _Runs
    news: Sequence[News]
    messages: Sequence[Message]
    """About failed runs first, if there are any; then one for each of `news`."""

    def state_after(self, delivery: Delivery, now: datetime) -> ChannelState:
        """Where the channel stands, given what it took."""
        first = len(self.messages) - len(self.news)
        taken = [item for n, item in enumerate(self.news, start=first) if n in delivery.sent]
        told = self.state.told
        for item in taken:
            told = with_told(told, item, now)
        state = replace(self.state, told=told)
        if delivery.unanswered:
            state = state.not_answered(now)
        elif self.messages:
            state = state.answered()
        if not first or 0 in delivery.sent:
            state = replace(state, runs=self.runs.cursor)
        if len(taken) == len(self.news):
            return replace(state, position=self.batch.position, ahead={})
        ahead = {item.check: self.batch.position for item in taken if item.changes}
        return replace(state, ahead={**state.ahead, **ahead})


class _Tick:
    """What one tick reads; of channels that stand at the same place only once."""

    def __init__(
        self, context: dg.SensorEvaluationContext, ui_url: str, *, hide_values: bool, now: datetime
    ) -> None:
        assert context.repository_def is not None
        graph = context.repository_def.asset_graph
        self._checks = {
            key.to_user_string(): graph.get(key).partitions_def is not None
            for key in graph.asset_check_keys
        }
        self._instance = context.instance
        self._ui_url = ui_url
        self._hide_values = hide_values
        self._now = now
        self._batches: dict[int, _Batch] = {}
        self._runs: dict[str, _Runs] = {}

    def plan(self, channel: Channel, state: ChannelState) -> _Plan:
        """What to send to a channel."""
        told = {check: each for check, each in state.told.items() if check in self._checks}
        state = replace(state, told=told)
        batch = self._batch(state.position)
        found = list(news(state, batch.evaluations, channel.takes))
        if batch.is_last:
            found += reminders(state, self._now, but={item.check for item in found})
        runs = self._runs_after(state.runs)
        messages = [check_message(item, self._ui_url) for item in found]
        if runs.failed and Outcome.ERROR in channel.takes:
            messages.insert(0, run_message(runs.failed, self._ui_url))
        return _Plan(state, batch, runs, found, messages)

    def _batch(self, after: int) -> _Batch:
        if after not in self._batches:
            records = read_evaluations(self._instance, after, EVALUATIONS_PER_TICK, self._now)
            found = [evaluation_of(record) for record in records]
            self._batches[after] = _Batch(
                [each for each in found if self._is_told(each)],
                records[-1].storage_id if records else after,
                is_last=len(records) < EVALUATIONS_PER_TICK,
            )
        return self._batches[after]

    def _is_told(self, evaluation: Evaluation) -> bool:
        """Not of checks that are not ours, nor of a run for many days: its days are told."""
        is_partitioned = self._checks.get(evaluation.check)
        return is_partitioned is not None and is_partitioned == (evaluation.day is not None)

    def _runs_after(self, cursor: str) -> _Runs:
        if cursor not in self._runs:
            self._runs[cursor] = self._read_runs(cursor)
        return self._runs[cursor]

    def _read_runs(self, cursor: str) -> _Runs:
        def read(limit: int) -> tuple[Sequence[dg.EventLogRecord], str]:
            page = self._instance.fetch_run_status_changes(
                dg.DagsterEventType.RUN_FAILURE, limit=limit, cursor=cursor, ascending=True
            )
            return page.records, page.cursor

        found, end = read(RUNS_PER_TICK)
        records = settled(found, self._now)
        if not records:
            return _Runs([], cursor)
        if len(records) < len(found):
            _, end = read(len(records))
        wanted = dg.RunsFilter(run_ids=[record.run_id for record in records])
        runs = reversed(runs_that_failed(self._instance, wanted))
        hide_values = self._hide_values
        failed = [failed_run(self._instance, run, hide_values=hide_values) for run in runs]
        return _Runs(failed, end)
