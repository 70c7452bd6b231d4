"""Servers that let nobody in, and say back all that they were told: an error says nothing worse."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def refusing() -> Iterator[int]:
    """An S3 and a Snowflake on one port that refuse every login; the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Refusing(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if body.startswith(b"\x1f\x8b"):
            body = gzip.decompress(body)
        told = " ".join(f"{name}: {value}" for name, value in self.headers.items())
        if self.path.startswith("/session/"):
            said = f"Incorrect username or password was specified. {told} {body.decode()}"
            answer = {"success": False, "code": "390100", "message": said, "data": {}}
            self._send(200, "application/json", json.dumps(answer).encode())
        else:
            said = told.replace("&", " ").replace("<", " ")
            answer_xml = (
                f"<Error><Code>SignatureDoesNotMatch</Code><Message>{said}</Message></Error>"
            )
            self._send(403, "application/xml", answer_xml.encode())

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass
