"""The proxy in front of the UI: it asks who comes, and lets no other site's page give orders.

Run on the file that is shipped, with its places changed.
"""

import base64
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from playwright.sync_api import sync_playwright

from ecom_assets_tests.support.deployment import LOGIN, OURS, asked, nginx_service
from ecom_assets_tests.support.dev_server import free_port, until
from ecom_assets_tests.support.programs import program

pytestmark = [pytest.mark.xdist_group("nginx"), pytest.mark.needs("nginx", "openssl")]


class _Behind(BaseHTTPRequestHandler):
    """What stands for the UI: says what it was asked, and with what."""

    def do_GET(self) -> None:
        content = f"{self.path} {dict(self.headers)}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx with the file that is shipped, before something that answers; its port."""
    behind = ThreadingHTTPServer(("127.0.0.1", 0), _Behind)
    threading.Thread(target=behind.serve_forever, args=(0.01,), daemon=True).start()
    with nginx(tmp_path_factory.mktemp("nginx"), behind.server_port) as port:
        yield port
    behind.shutdown()
    behind.server_close()


@contextmanager
def nginx(root: Path, behind: int, *, asks_who_comes: bool = True) -> Iterator[int]:
    """nginx with the file that is shipped, before this port; its own."""
    service = nginx_service(root, behind, asks_who_comes=asks_who_comes)
    service.start()
    assert service.port
    port = service.port
    try:
        until(lambda: asked(port, "/", {}) is not None, "nginx answers", 20, pause=0.05)
        yield port
    finally:
        service.end()


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


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/", "/report_asset_check/a", "//report_asset_check/a", "/a%2Fb", "/graphql", "/logs"]
)
def test_whatever_the_path_nothing_but_a_look_comes_from_elsewhere(
    proxy: int, method: str, path: str
) -> None:
    from_elsewhere = {**LOGIN, "Origin": "https://evil.example"}
    assert asked(proxy, path, from_elsewhere, b"", method=method)[0] == 403
    if method == "POST":
        assert asked(proxy, path, {**LOGIN, "Origin": OURS}, b"")[0] == 200


@pytest.fixture(scope="module")
def webserver(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[int, int, dg.DagsterInstance]]:
    """Dagster's own behind nginx, and behind one that asks nobody who they are; the ports of these,
    and the instance."""
    root = tmp_path_factory.mktemp("webserver")
    (root / "dagster.yaml").write_text("telemetry: {enabled: false}\nnux: {enabled: false}\n")
    (root / "defs.py").write_text(
        "import dagster as dg\n\n\n@dg.asset\ndef an_asset() -> None: ...\n\n\n"
        "defs = dg.Definitions([an_asset])\n"
    )
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "dagster_webserver", "-h", "127.0.0.1", "-p", str(port)),
            *("-f", root / "defs.py"),
        ],
        env={**os.environ, "DAGSTER_HOME": str(root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with (
            nginx(tmp_path_factory.mktemp("nginx"), port) as outside,
            nginx(tmp_path_factory.mktemp("nginx"), port, asks_who_comes=False) as without,
        ):
            for _ in range(600):
                if (asked(outside, "/server_info", LOGIN) or [0])[0] == 200:
                    break
                assert process.poll() is None
                time.sleep(0.1)
            with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(root))) as instance:
                yield outside, without, instance
    finally:
        process.terminate()
        process.wait(timeout=20)


ORDERS = [
    "/report_asset_materialization/an_asset",
    "/report_asset_observation/an_asset",
    "/report_asset_check/an_asset?check_name=a_check&passed=true",
]


def told(instance: dg.DagsterInstance) -> int:
    """How many events were reported to the instance."""
    check = dg.AssetCheckKey(dg.AssetKey("an_asset"), "a_check")
    checks = instance.event_log_storage.get_asset_check_execution_history(check, limit=100)
    return (
        len(instance.fetch_materializations(check.asset_key, limit=100).records)
        + len(instance.fetch_observations(check.asset_key, limit=100).records)
        + len(checks)
    )


def test_another_site_s_page_reports_nothing_to_the_webserver(
    webserver: tuple[int, int, dg.DagsterInstance],
) -> None:
    port, _, instance = webserver
    known = {**LOGIN, "Content-Type": "application/json"}
    for path in ORDERS:
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert asked(port, path, {**known, **headers}, b"{}")[0] == 403
    assert told(instance) == 0
    for number, path in enumerate(ORDERS, 1):  # these are orders, and it takes them
        assert asked(port, path, {**known, "Origin": OURS}, b"{}")[0] == 200
        assert told(instance) == number


@pytest.mark.needs("chromium")
def test_nor_does_one_in_the_browser_of_a_user_who_is_let_in(
    webserver: tuple[int, int, dg.DagsterInstance],
) -> None:
    _, port, instance = webserver
    before = told(instance)
    fetches = "".join(f"ask('{OURS}:{port}{p}');" for p in ORDERS)
    page_of_theirs = (
        "<body><script>const ask = url => fetch(url, "
        f"{{method: 'POST', mode: 'no-cors', credentials: 'include'}});{fetches}</script>"
    )
    answers: list[int] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"),
            args=[
                *("--no-sandbox", "--host-resolver-rules=MAP dagster.example.com 127.0.0.1"),
                # or Chromium itself refuses, for our address is one of this machine
                "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
            ],
        )
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(f"{OURS}:{port}/server_info")
        assert "dagster" in page.content(), "the user is let in"
        page.route(
            "https://evil.example/*",
            lambda route: route.fulfill(content_type="text/html", body=page_of_theirs),
        )
        page.on(
            "response",
            lambda response: answers.append(response.status) if "report_" in response.url else None,
        )
        page.goto("https://evil.example/")
        page.wait_for_timeout(1_000)
        browser.close()
    assert answers, "the page has asked"
    assert set(answers) == {403}
    assert told(instance) == before


def test_a_link_in_an_alert_leads_to_its_page(proxy: int) -> None:
    from_a_chat = {**LOGIN, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert asked(proxy, "/runs/some-run", from_a_chat)[0] == 200


def test_logs_are_followed_through_a_web_socket(proxy: int) -> None:
    socket = {**LOGIN, "Origin": OURS, "Upgrade": "websocket", "Connection": "Upgrade"}
    status, said = asked(proxy, "/graphql", socket)
    assert status == 200
    assert re.search(r"'Upgrade': 'websocket'", said)
