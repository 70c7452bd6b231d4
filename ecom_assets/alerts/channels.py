"""Where alerts go: Apprise URLs, and sending to several of them in bounded time.

An Apprise URL is a secret in all its parts (Slack's host is a token), so a channel is named by its
position and scheme alone, and what Apprise and its HTTP client log of it goes nowhere.
"""

import hashlib
import logging
import re
import threading
import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ecom_assets.alerts.messages import Message
from ecom_assets.alerts.outcomes import Outcome

DELIVERY_SECONDS = 25.0
"""For all channels of a tick, side by side; Dagster gives up a tick after 60 seconds."""
MESSAGE_SECONDS = 12.0
"""For one message; a mail server may take that long, a chat answers within one. Apprise's own limit
for an answer is set to it: by default that is 4 seconds, after which it calls a message not taken
that was taken. `rto=` in a URL wins."""
REFUSALS = 2
"""A channel that refuses one message may take the next; one that refuses two is down."""


@dataclass(frozen=True)
class Channel:
    """A place to send alerts to.

    Attributes:
        number: its position in the settings, from 1.
        url: Apprise's URL of it; a secret.
        takes: the outcomes that it is told of.
    """

    number: int
    url: str = field(repr=False)
    takes: frozenset[Outcome] = frozenset({Outcome.WARNING, Outcome.ERROR})

    @property
    def id(self) -> str:
        """Tells channels apart over restarts; too short to give the URL away."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:8]

    @property
    def name(self) -> str:
        """For people and logs."""
        scheme = re.match(r"[a-zA-Z0-9+.-]{1,20}(?=://)", self.url)
        return f"alert channel {self.number} ({scheme[0].lower() if scheme else 'unknown'})"


@dataclass
class Delivery:
    """What became of the messages to a channel.

    Attributes:
        sent: the indices of those that it took.
        problem: why it did not take another one.
        unanswered: whether it may have taken one all the same, for it gave no answer in time.
    """

    sent: list[int] = field(default_factory=list)
    problem: str | None = None
    unanswered: bool = False


def channels_of(urls: Sequence[str], warn_urls: Sequence[str]) -> Sequence[Channel]:
    """The channels of the settings; warnings go to `warn_urls`, if there are any."""
    takes: dict[str, frozenset[Outcome]] = {}
    for url in urls:
        takes[url] = frozenset({Outcome.ERROR} | (set() if warn_urls else {Outcome.WARNING}))
    for url in warn_urls:
        takes[url] = takes.get(url, frozenset()) | {Outcome.WARNING}
    return [Channel(number, url, takes[url]) for number, url in enumerate(takes, start=1)]


def deliver(
    outgoing: Mapping[Channel, Sequence[Message]], seconds: float = DELIVERY_SECONDS
) -> Mapping[Channel, Delivery]:
    """Send messages, to each channel in order, all channels side by side.

    A channel that gives no answer is left behind: what it was being sent counts as not taken,
    though it may have arrived.
    """
    deliveries = {channel: Delivery() for channel in outgoing}
    deadline = time.monotonic() + seconds
    threads = {
        channel: threading.Thread(
            target=_send_all,
            args=(channel, messages, deliveries[channel], deadline),
            name=channel.name,
            daemon=True,
        )
        for channel, messages in outgoing.items()
    }
    for thread in threads.values():
        thread.start()
    found = {}
    for channel, thread in threads.items():
        thread.join(max(0.0, deadline - time.monotonic()))
        delivery = deliveries[channel]
        problem = delivery.problem
        if thread.is_alive():
            problem = problem or f"no answer within {seconds:g} seconds"
        unanswered = delivery.unanswered or thread.is_alive()
        found[channel] = Delivery(list(delivery.sent), problem, unanswered)
    return found


def _send_all(
    channel: Channel, messages: Sequence[Message], delivery: Delivery, deadline: float
) -> None:
    _sending.set(True)
    try:
        _send_in_order(channel, messages, delivery, deadline)
    except Exception as error:  # whose text may be the URL, and who would print it is this thread
        delivery.problem = f"Apprise broke down with {type(error).__name__}"


def _send_in_order(
    channel: Channel, messages: Sequence[Message], delivery: Delivery, deadline: float
) -> None:
    refusals = 0
    service = _connect(channel)
    for index, message in enumerate(messages):
        began = time.monotonic()
        # one that is begun has its whole time, or nobody could tell whether it was taken
        if deadline - began < MESSAGE_SECONDS:
            delivery.problem = delivery.problem or "no time was left; the rest follows"
            return
        problem = _send(service, message)
        if problem is None:
            delivery.sent.append(index)
            continue
        if time.monotonic() - began >= _patience(service):
            delivery.problem = f"no answer within {_patience(service):g} seconds"
            delivery.unanswered = True
            return
        delivery.problem = problem
        refusals += 1
        if refusals == REFUSALS:
            return


def _connect(channel: Channel) -> Any:
    import apprise

    _keep_quiet()
    service = apprise.Apprise.instantiate(channel.url)
    # A message that is too long would be refused for ever. Whoever wants it split says so in the
    # URL, with overflow=split.
    if service and service.overflow_mode == apprise.OverflowMode.UPSTREAM:
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
    if service and service.socket_read_timeout == type(service).socket_read_timeout:
        service.socket_read_timeout = MESSAGE_SECONDS
    return service


def _patience(service: Any) -> float:
    """How long an answer is waited for."""
    return min(float(service.socket_read_timeout), MESSAGE_SECONDS) if service else MESSAGE_SECONDS


def _send(service: Any, message: Message) -> str | None:
    """Send a message; the problem, in words without secrets, if it was not taken."""
    import apprise

    sender = apprise.Apprise()
    if not service or not sender.add(service):
        return "Apprise cannot use the URL"
    result = sender.notify(
        body=message.text,
        title=message.title,
        notify_type=apprise.NotifyType(message.kind),
        body_format=apprise.NotifyFormat.TEXT,
        timeout=MESSAGE_SECONDS,
    )
    if result:
        return None
    # of what Apprise says only the status is sure to be no secret
    codes = re.findall(r"\berror=(\d{3})\b", " ".join(entry.message for entry in result.logs()))
    return f"refused with HTTP status {codes[-1]}" if codes else "not reached, or refused"


_sending: ContextVar[bool] = ContextVar("sending", default=False)


def _keep_quiet() -> None:
    """Apprise and urllib3 log URLs, tokens included."""
    apprise_logger = logging.getLogger("apprise")
    apprise_logger.propagate = False
    if not apprise_logger.handlers:
        apprise_logger.addHandler(logging.NullHandler())
    logging.getLogger("urllib3.connectionpool").addFilter(_not_of_an_alert)


def _not_of_an_alert(_record: logging.LogRecord) -> bool:
    return not _sending.get()
