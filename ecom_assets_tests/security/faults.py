"""What goes wrong with credentials: settings that are wrong, and servers that let nobody in and say
back all that they were told, for an error says nothing worse.
"""

import gzip
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NOBODY = "127.0.0.1:9"


def wrong_connections(
    port: int, proxy: str, endpoint: str, passphrase: str
) -> Mapping[str, Mapping[str, str]]:
    """What may be wrong on the way to Snowflake and S3, and the settings that say so.

    Args:
        port: of `refusing`.
        proxy: who logs in at a proxy, and with what, as a URL says it.
        endpoint: the same of an S3.
        passphrase: a wrong one.
    """
    snowflake = {"SNOWFLAKE_HOST": "double.example", "SNOWFLAKE_PORT": "443"}
    snowflake |= {"SNOWFLAKE_PROTOCOL": "https"}
    s3 = {"AWS_ENDPOINT_URL_S3": "https://s3.example"}
    refused = {"SNOWFLAKE_PORT": str(port)}
    return {
        "a key that is refused": refused,
        "a password that is refused": {**refused, "SNOWFLAKE_PRIVATE_KEY_PATH": ""},
        "nobody there": {"SNOWFLAKE_PORT": "9"},
        "a wrong passphrase": {"SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": passphrase},
        "a proxy for Snowflake": snowflake,
        "a malformed proxy for Snowflake": {
            **snowflake,
            "HTTPS_PROXY": f"http://{proxy}[@{NOBODY}",
        },
        "AWS keys that are refused": {"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}"},
        "an endpoint with a login": {"AWS_ENDPOINT_URL_S3": f"http://{endpoint}@{NOBODY}"},
        "a proxy for S3": s3,
        "a malformed proxy for S3": {**s3, "HTTPS_PROXY": f"http://{proxy}@{NOBODY}:port"},
    }


def wrong_settings(login: str, key: str, secret: str) -> Mapping[str, str]:
    """Secrets where they do not belong, each in a setting that cannot be read then.

    Args:
        login: who logs in, and with what.
        key: the text of a private key.
        secret: any other.
    """
    return {
        "SNOWFLAKE_PRIVATE_KEY_PATH": key,
        "SNOWFLAKE_HOST": f"https://{login}@host",
        "SNOWFLAKE_PORT": secret,
        # in front of its slash a login may by chance be a bucket's name, but for the capital
        "ECOM_LANDING": f"s3://L{login}@bucket/prefix",
        "ECOM_REPORTS": f"https://{login}@bucket/prefix",
        "ECOM_UI_URL": f"https://{login}@ui.example",
        "ECOM_REPOSITORY": f"https://git.example/a?token={login}",
        "ECOM_ALERT_URLS": f"nonsense://{login}@host",
        "ECOM_ALERT_WARN_URLS": f"nonsense://{login}@host",
    }


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
