"""Where alerts go: Apprise URLs, and sending to several of them in bounded time.

An Apprise URL is a secret in all its parts (Slack's host is a token), so a channel is named by its
position and scheme alone, and what Apprise and its HTTP client log of it goes nowhere.
"""

import hashlib
import logging
import re
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ecom_assets.alerts.messages import Message
from ecom_assets.alerts.outcomes import Outcome

DELIVERY_SECONDS = 25.0
"""For all channels of a tick, side by side; Dagster gives up a tick after 60 seconds."""
MESSAGE_SECONDS = 12.0
"""For one message; a mail server may take that long, a chat answers within one."""
REFUSALS = 2
"""A channel that refuses one message may take the next; one that refuses two is down."""


@dataclass(frozen=True)
class Channel:
    """A place to send alerts to.

    Attributes:
        number: its position in the settings, from 1.
        url: Apprise's URL of it; a secret.
        takes: the outcomes that are sent to it.
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


def deliver(outgoing: Mapping[Channel, Sequence[Message]]) -> Mapping[Channel, Delivery]:
    """Send messages, to each channel in order, all channels side by side."""
    deadline = time.monotonic() + DELIVERY_SECONDS
    with ThreadPoolExecutor(len(outgoing) or 1) as pool:
        sending = {
            channel: pool.submit(_send_all, channel, messages, deadline)
            for channel, messages in outgoing.items()
        }
    return {channel: future.result() for channel, future in sending.items()}


def deliver_error(message: Message, channels: Sequence[Channel]) -> Mapping[Channel, Delivery]:
    """Send a message to all channels that take errors."""
    return deliver({channel: [message] for channel in channels if Outcome.ERROR in channel.takes})


def _send_all(channel: Channel, messages: Sequence[Message], deadline: float) -> Delivery:
    delivery = Delivery()
    _sending.set(True)
    try:
        _send_in_order(_connect(channel), messages, deadline, delivery)
    except Exception as error:  # its text may be the URL
        delivery.problem = f"Apprise broke down with {type(error).__name__}"
    return delivery


def _connect(channel: Channel) -> Any:
    import apprise

    _keep_quiet()
    sender = apprise.Apprise()
    service = apprise.Apprise.instantiate(channel.url)
    if not service or not sender.add(service):
        return sender
    # A message that is too long would be refused for ever. To have it split, the URL sets
    # overflow=split.
    if service.overflow_mode == apprise.OverflowMode.UPSTREAM:
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
    # By default 4 seconds, after which Apprise calls a message refused that was taken. Its limit
    # for the whole call must come first: that one it calls a timeout.
    service.socket_read_timeout = MESSAGE_SECONDS + 1
    return sender


def _send_in_order(
    sender: Any, messages: Sequence[Message], deadline: float, delivery: Delivery
) -> None:
    import apprise

    refusals = 0
    for index, message in enumerate(messages):
        # one that is begun has its whole time, or it would be unclear whether it was taken
        if deadline - time.monotonic() < MESSAGE_SECONDS:
            delivery.problem = delivery.problem or "no time was left; the rest follows"
            return
        result = sender.notify(
            body=message.text,
            title=message.title,
            notify_type=apprise.NotifyType(message.kind),
            body_format=apprise.NotifyFormat.TEXT,
            timeout=MESSAGE_SECONDS,
        )
        if result:
            delivery.sent.append(index)
            continue
        if result.status == apprise.AppriseResultStatus.TIMEOUT:
            delivery.problem = f"no answer within {MESSAGE_SECONDS:g} seconds"
            delivery.unanswered = True
            return
        # of what Apprise logs only the status is sure to be no secret
        codes = re.findall(r"\berror=(\d{3})\b", " ".join(entry.message for entry in result.logs()))
        delivery.problem = (
            f"refused with HTTP status {codes[-1]}" if codes else "not reached, or refused"
        )
        refusals += 1
        if refusals == REFUSALS:
            return


_sending: ContextVar[bool] = ContextVar("sending", default=False)
"""Apprise's threads inherit it."""


def _keep_quiet() -> None:
    """Apprise and urllib3 log URLs, tokens included."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logging.getLogger("urllib3.connectionpool").addFilter(_is_of_no_alert)


def _is_of_no_alert(_record: logging.LogRecord) -> bool:
    return not _sending.get()
