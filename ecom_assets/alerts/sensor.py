"""The sensor that alerts to failing checks and failed runs; open-source Dagster has none.

A tick reads what is new for each channel, sends it, and moves a channel on only as far as it took
the messages: what was not taken is read and sent again. What is news is decided in `outcomes.py`,
its text is made in `messages.py` and `failed_runs.py`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

import dagster as dg

from ecom_assets.alerts.channels import Channel, Delivery, deliver
from ecom_assets.alerts.events import Batch, latest_position, read_batch
from ecom_assets.alerts.failed_runs import FailedRun, failed_run, run_message, runs_that_failed
from ecom_assets.alerts.messages import Message, check_message
from ecom_assets.alerts.outcomes import (
    ChannelState,
    Failing,
    Outcome,
    from_cursor,
    news,
    reminders,
    to_cursor,
)
from ecom_assets.settings import Settings

SECONDS_BETWEEN_TICKS = 30
RUNS = "runs"
"""What failed runs are acknowledged as; a check's name has a colon."""

_KEPT = "ecom_assets.check_alerts"
"""Under which Dagster's storage keeps the states after a tick that failed."""

_DESCRIPTION = """\
Sends a message when a check fails for a day, when it gets worse, when it passes again, once a day
while it still fails, and when a run fails; to the Apprise URLs in ECOM_ALERT_URLS, warnings to
those in ECOM_ALERT_WARN_URLS if there are any.

Switched on, it starts with what happens from then on: a day that fails already is reported when
it is evaluated again (the daily digest lists the days that are held now). Switched off and on
again, it goes on where it was. A channel that is down gets its messages later; the tick fails and
says so.
Try the channels first with make alert-test.
"""


@dataclass(frozen=True)
class Alert:
    """A message, and what of a check a channel that took it has acknowledged to fail."""

    subject: str
    failing: Failing
    message: Message


def build_alerts(
    settings: Settings,
    channels: Sequence[Channel],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dg.SensorDefinition:
    """The sensor `check_alerts`, off until it is switched on."""

    @dg.sensor(
        name="check_alerts",
        description=_DESCRIPTION,
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        default_status=dg.DefaultSensorStatus.STOPPED,
    )
    def check_alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if not channels:
            return dg.SkipReason("There is nowhere to send alerts to: set ECOM_ALERT_URLS.")
        states = _states(context, channels)
        tick = _Tick(context, settings, now())
        alerts = {
            channel: tick.alerts(channel, states[channel.id])
            for channel in channels
            if not states[channel.id].is_paused(now())
        }
        deliveries = deliver(
            {channel: [a.message for a in found] for channel, found in alerts.items() if found}
        )
        for channel, found in alerts.items():
            delivery = deliveries.get(channel, Delivery())
            state = states[channel.id]
            batch = tick.batch(state.position)
            for index in delivery.sent:
                taken = found[index]
                state = state.with_taken(taken.subject, taken.failing, batch.position, now())
            if len(delivery.sent) == len(found):
                state = state.with_all_taken(batch.position)
            if found:
                state = state.with_answer(now(), has_answered=not delivery.unanswered)
            states[channel.id] = state
        kept = to_cursor({channel.id: states[channel.id] for channel in channels})
        summary, problems = _summary(channels, states, alerts, deliveries, settings)
        if problems:  # a tick that fails keeps no cursor, and must not lose what channels took
            _keep(context, kept)
            raise NotDelivered(summary)
        context.update_cursor(kept)
        return dg.SkipReason(summary)

    return check_alerts


class NotDelivered(Exception):
    """Channels did not take what they were sent; the text says which, why, and what becomes of
    it. It makes the tick a failed one, which people see."""


def _keep(context: dg.SensorEvaluationContext, states: str) -> None:
    """Keep the states beside the cursor, which stays what it is."""
    kept = json.dumps({"beside": context.cursor, "states": states})
    context.instance.daemon_cursor_storage.set_cursor_values({_KEPT: kept})


def _kept(context: dg.SensorEvaluationContext) -> str | None:
    """The states as the last tick left them: in the cursor or, if that tick failed, beside it."""
    kept = context.instance.daemon_cursor_storage.get_cursor_values({_KEPT}).get(_KEPT)
    if kept and (beside := json.loads(kept))["beside"] == context.cursor:
        return str(beside["states"])
    return context.cursor


def _states(
    context: dg.SensorEvaluationContext, channels: Sequence[Channel]
) -> dict[str, ChannelState]:
    """Where each channel stands; a new one stands at the end."""
    try:
        states = from_cursor(_kept(context))
    except ValueError:
        context.log.warning("The alerts start anew: their cursor cannot be read.")
        states = {}
    if any(channel.id not in states for channel in channels):
        start = ChannelState(latest_position(context.instance))
        states = {channel.id: start for channel in channels} | states
    return states


class _Tick:
    """What one tick reads; of channels that stand at the same place only once."""

    def __init__(
        self, context: dg.SensorEvaluationContext, settings: Settings, now: datetime
    ) -> None:
        assert context.repository_def is not None
        graph = context.repository_def.asset_graph
        self._is_partitioned = {
            key.to_user_string(): graph.get(key).partitions_def is not None
            for key in graph.asset_check_keys
        }
        self._instance = context.instance
        self._settings = settings
        self._now = now
        self.batch = cache(self._read_batch)
        self._failed_runs = cache(self._read_failed_runs)

    def alerts(self, channel: Channel, state: ChannelState) -> Sequence[Alert]:
        """What to send to a channel: failed runs first, then the checks."""
        batch = self.batch(state.position)
        found = list(news(state, batch.evaluations, channel.takes))
        if batch.is_last:
            due = set(self._is_partitioned) - {item.check for item in found}
            found += [item for item in reminders(state, self._now) if item.check in due]
        alerts = [
            Alert(item.check, item.failing, check_message(item, self._settings.ui_url))
            for item in found
        ]
        new = (run for at, run in batch.failures if at > state.position_of(RUNS))
        if Outcome.ERROR in channel.takes and (failed := self._failed_runs(tuple(new))):
            alerts.insert(0, Alert(RUNS, {}, run_message(failed, self._settings.ui_url)))
        return alerts

    def _read_batch(self, after: int) -> Batch:
        batch = read_batch(self._instance, after, self._now)
        # not of checks that are not ours, nor of a run for many days: it has one for each day, too
        ours = [
            each
            for each in batch.evaluations
            if self._is_partitioned.get(each.check) == (each.day is not None)
        ]
        return replace(batch, evaluations=ours)

    def _read_failed_runs(self, run_ids: tuple[str, ...]) -> Sequence[FailedRun]:
        runs = runs_that_failed(self._instance, dg.RunsFilter(run_ids=run_ids)) if run_ids else []
        hide_values = self._settings.hide_values
        return [failed_run(self._instance, run, hide_values=hide_values) for run in reversed(runs)]


def _summary(
    channels: Sequence[Channel],
    states: Mapping[str, ChannelState],
    alerts: Mapping[Channel, Sequence[Alert]],
    deliveries: Mapping[Channel, Delivery],
    settings: Settings,
) -> tuple[str, bool]:
    """What a tick came to, and whether channels did not take what they were sent."""
    problems = []
    for channel in channels:
        state = states[channel.id]
        until = ""
        if state.paused_until:
            moment = state.paused_until.astimezone(settings.reading.zone)
            until = f" from {moment:%Y-%m-%d %H:%M %Z} on"
        if channel not in alerts:
            problems.append(
                f"{channel.name} gave no answer {state.unanswered} times and may have taken what "
                f"it was sent; it is written to again{until}"
            )
        elif channel in deliveries and deliveries[channel].problem:
            found, delivery = alerts[channel], deliveries[channel]
            problems.append(
                f"{channel.name} did not take {len(found) - len(delivery.sent)} of {len(found)} "
                f"messages ({delivery.problem}); they will be sent again{until}"
            )
    sent = sum(len(delivery.sent) for delivery in deliveries.values())
    told = [f"{sent} messages sent" if sent else "nothing new to tell"]
    return "; ".join([*problems, *(told if sent or not problems else [])]), bool(problems)
