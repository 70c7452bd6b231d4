"""Receivers of alerts: a local web server for each channel, and the sensor over a pipeline."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import dagster as dg

from ecom_assets.alerts.channels import channels_of
from ecom_assets.alerts.sensor import NotDelivered, build_alerts
from ecom_assets.definitions import build_definitions
from ecom_assets_tests.conftest import Pipeline

UI = "http://ui.example"


class Receiver:
    """A web hook that keeps what it got.

    Attributes:
        messages: title and text of each message it took.
        pings: what it was asked for besides, and answered by `status`.
        status: what it answers; anything but 200 refuses.
        refused: a word; messages with it are refused.
        attempts: how often it was asked.
        answers_after: seconds that pass between taking a message and saying so.
    """

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        self.pings: list[str] = []
        self.status = 200
        self.refused: str | None = None
        self.attempts = 0
        self.answers_after = 0.0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.attempts += 1
                status = receiver.status
                if receiver.refused and receiver.refused in body["title"] + body["message"]:
                    status = 400
                if status == 200:
                    receiver.messages.append((body["title"], body["message"]))
                time.sleep(receiver.answers_after)
                with suppress(OSError):  # who asked may have gone
                    self.send_response(status)
                    self.end_headers()

            def do_GET(self) -> None:
                receiver.pings.append(self.path)
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Its Apprise URL, with a secret in it."""
        return f"json://user:s3cret@127.0.0.1:{self.server.server_port}/t0ken"

    @property
    def titles(self) -> list[str]:
        """The titles of all messages."""
        return [title for title, _ in self.messages]

    def take(self) -> list[tuple[str, str]]:
        """The messages since the last time."""
        taken, self.messages = self.messages, []
        return taken


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver while it runs."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        thread.join()
        receiver.server.server_close()


class Alerts:
    """The sensor `check_alerts` over a pipeline, ticked by hand, with a clock that can be set.

    Attributes:
        cursor: what it keeps between ticks.
        later: how far its clock is ahead; more than what events need to settle.
        has_failed: whether the last tick is shown as failed.
    """

    def __init__(
        self, pipeline: Pipeline, *urls: str, warn: tuple[str, ...] = (), hide: bool = False
    ) -> None:
        self.pipeline = pipeline
        self.cursor: str | None = None
        self.has_failed = False
        self.later = timedelta(minutes=1)
        self.repository = build_definitions(pipeline.settings).get_repository_def()
        self.sensor = build_alerts(
            replace(pipeline.settings, ui_url=UI, hide_values=hide),
            channels_of(urls, warn),
            now=lambda: datetime.now(UTC) + self.later,
        )

    def tick(self) -> str:
        """One tick; what it says of itself. One that fails leaves the cursor as it was."""
        with dg.build_sensor_context(
            instance=self.pipeline.instance,
            cursor=self.cursor,
            repository_def=self.repository,
            sensor_name="check_alerts",
        ) as context:
            try:
                result = self.sensor.evaluate_tick(context)
            except NotDelivered as error:
                self.has_failed = True
                return str(error)
        self.has_failed = False
        self.cursor = result.cursor
        assert not result.run_requests
        return result.skip_message or ""
