"""The proxy in front of the UI: it asks who comes, and lets no other site's page give orders.

Run where there is an nginx and an openssl; on the file that is shipped, with its places changed.
"""

import base64
import getpass
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.support.dev_server import free_port

CONF = PROJECT_ROOT / "deploy" / "nginx.conf"
OURS = "https://dagster.example.com"
PATH = f"{os.environ['PATH']}:/usr/sbin"

pytestmark = [
    pytest.mark.xdist_group("nginx"),
    pytest.mark.skipif(
        not (shutil.which("nginx", path=PATH) and shutil.which("openssl")),
        reason="there is no nginx on this machine",
    ),
]


class _Behind(BaseHTTPRequestHandler):
    """What stands for the UI: says what it was asked, and with what."""

    def do_GET(self) -> None:
        content = f"{self.path} {dict(self.headers)}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx with the file that is shipped; its port."""
    root = tmp_path_factory.mktemp("nginx")
    behind = ThreadingHTTPServer(("127.0.0.1", 0), _Behind)
    threading.Thread(target=behind.serve_forever, args=(0.01,), daemon=True).start()
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"),
            *("-days", "1", "-keyout", root / "dagster.key", "-out", root / "dagster.crt"),
        ],
        check=True,
        capture_output=True,
    )
    hashed = subprocess.run(
        ["openssl", "passwd", "-apr1", "pa55word"], check=True, capture_output=True, text=True
    )
    (root / "dagster.htpasswd").write_text(f"somebody:{hashed.stdout}")
    port = free_port()
    text = CONF.read_text()
    for ours, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/nginx/tls/", f"{root}/"),
        ("/etc/nginx/dagster.htpasswd", f"{root}/dagster.htpasswd"),
        ("127.0.0.1:3000", f"127.0.0.1:{behind.server_port}"),
    ):
        assert ours in text
        text = text.replace(ours, here)
    temporary = "\n".join(
        f"{name}_temp_path {root}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (root / "nginx.conf").write_text(
        f"daemon off; user {getpass.getuser()}; pid {root}/pid; error_log {root}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{temporary}\n{text}\n}}\n"
    )
    process = subprocess.Popen(
        [str(shutil.which("nginx", path=PATH)), "-c", root / "nginx.conf", "-p", root],
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            if asked(port, "/", {}) is not None:
                break
            assert process.poll() is None, (root / "error.log").read_text()
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)
        behind.shutdown()
        behind.server_close()


def asked(port: int, path: str, headers: dict[str, str], body: bytes | None = None) -> Any:
    """The status and the answer; None where nobody answers."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    request = urllib.request.Request(
        f"https://127.0.0.1:{port}{path}", data=body, headers={"Host": OURS[8:], **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=10, context=trusting) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""
    except urllib.error.URLError:
        return None


LOGIN = {"Authorization": f"Basic {base64.b64encode(b'somebody:pa55word').decode()}"}


@pytest.mark.parametrize("path", ["/", "/graphql", "/assets/raw_sales", "/server_info"])
def test_who_has_no_password_gets_nothing(proxy: int, path: str) -> None:
    assert asked(proxy, path, {})[0] == 401
    wrong = {"Authorization": f"Basic {base64.b64encode(b'somebody:wrong').decode()}"}
    assert asked(proxy, path, wrong)[0] == 401
    status, said = asked(proxy, path, LOGIN)
    assert status == 200
    assert said.startswith(path)
    assert "Authorization" not in said, "the password goes no further"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OURS, "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": OURS}, 200),
        ({}, 200),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": f"{OURS}.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
@pytest.mark.parametrize("body", [None, b"{}"])
def test_a_page_of_another_site_gives_no_orders(
    proxy: int, headers: dict[str, str], status: int, body: bytes | None
) -> None:
    sent = {**LOGIN, **headers, "Content-Type": "text/plain"}
    assert asked(proxy, "/graphql?query=mutation", sent, body)[0] == status


def test_a_link_in_an_alert_leads_to_its_page(proxy: int) -> None:
    from_a_chat = {**LOGIN, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert asked(proxy, "/runs/some-run", from_a_chat)[0] == 200


def test_logs_are_followed_through_a_web_socket(proxy: int) -> None:
    socket = {**LOGIN, "Origin": OURS, "Upgrade": "websocket", "Connection": "Upgrade"}
    status, said = asked(proxy, "/graphql", socket)
    assert status == 200
    assert re.search(r"'Upgrade': 'websocket'", said)
