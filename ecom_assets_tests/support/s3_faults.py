"""An S3 that misbehaves, over HTTP: a proxy before a real server that answers wrongly when told to.

What it is asked is passed on as it came, so that signatures stay right.
"""

import http.client
import http.server
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

Kind = Literal["listing", "object", "other"]


@dataclass(frozen=True)
class Asked:
    """A request: of what kind, and the how-many-eth of its kind."""

    kind: Kind
    number: int


@dataclass(frozen=True)
class Error:
    """An error of S3 in place of the answer."""

    status: int
    code: str


@dataclass(frozen=True)
class Cut:
    """The answer breaks off after some bytes of its body; or stalls there before it breaks off; or
    ends there, as if it had never been longer."""

    after: int
    seconds: float = 0
    unnoticed: bool = False


@dataclass(frozen=True)
class Hidden:
    """A listing that does not have yet what was put last: names that match are left out."""

    pattern: str


@dataclass(frozen=True)
class Stale:
    """A listing with the ETags of versions that are no longer there."""


Misbehaviour = Error | Cut | Hidden | Stale
Choose = Callable[[Asked], Misbehaviour | None]


def well(_: Asked) -> None:
    """Nothing is wrong."""


@dataclass
class FaultyS3:
    """The proxy.

    Attributes:
        endpoint: where it listens.
        choose: what goes wrong with a request.
        asked: the requests so far.
        injected: how many answers were wrong.
    """

    endpoint: str = ""
    choose: Choose = well
    asked: list[Asked] = field(default_factory=list)
    injected: int = 0

    def behave(self, choose: Choose = well) -> None:
        """From now on, as told; requests are counted anew."""
        self.choose, self.asked, self.injected = choose, [], 0


@contextmanager
def faulty_s3(endpoint: str) -> Iterator[FaultyS3]:
    """Start it before a server."""
    behind = urlsplit(endpoint).netloc
    proxy = FaultyS3()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind: Kind = "listing" if "list-type=2" in self.path else "object"
            asked = Asked(kind, sum(one.kind == kind for one in proxy.asked) + 1)
            proxy.asked.append(asked)
            wrong = proxy.choose(asked)
            proxy.injected += wrong is not None
            if isinstance(wrong, Error):
                body = f"<Error><Code>{wrong.code}</Code><Message>said</Message></Error>".encode()
                self._send(wrong.status, [("Content-Type", "application/xml")], body, None)
                return
            status, headers, body = self._passed_on()
            if isinstance(wrong, Hidden):
                contents = re.findall(rb"<Contents>.*?</Contents>", body, re.DOTALL)
                for one in contents:
                    if re.search(wrong.pattern.encode(), one):
                        body = body.replace(one, b"")
            if isinstance(wrong, Stale):
                body = re.sub(rb"(<ETag>(?:&quot;|&#34;|\")?)[0-9a-f]{4}", rb"\1ffff", body)
            self._send(status, headers, body, wrong if isinstance(wrong, Cut) else None)

        def _passed_on(self) -> tuple[int, list[tuple[str, str]], bytes]:
            connection = http.client.HTTPConnection(behind, timeout=60)
            connection.putrequest(
                self.command, self.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            left_out = ("connection", "content-length", "transfer-encoding", "date", "server")
            return (
                answer.status,
                [(k, v) for k, v in answer.getheaders() if k.lower() not in left_out],
                body,
            )

        def _send(
            self, status: int, headers: list[tuple[str, str]], body: bytes, cut: Cut | None
        ) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if cut is not None and cut.unnoticed:
                body, cut = body[: cut.after], None
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if cut is None else body[: cut.after])
            if cut is not None and cut.after < len(body):
                self.wfile.flush()
                time.sleep(cut.seconds)
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:  # a client that has gone while we stalled
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        proxy.endpoint = f"http://127.0.0.1:{server.server_port}"
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
