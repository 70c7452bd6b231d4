"""The Dagster UI in a browser, over data that wants to be more than data; and who can reach it."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest
from playwright.sync_api import Page, sync_playwright

from ecom_assets_tests.conftest import event, write_lines
from ecom_assets_tests.security.hostile import HOSTILE, SITE
from ecom_assets_tests.support.dev_server import ASSETS, DevServer, dev_server
from ecom_assets_tests.support.programs import program
from ecom_assets_tests.torture.report import Figures

pytestmark = [
    pytest.mark.torture,
    pytest.mark.usefixtures("figures"),
    pytest.mark.needs("chromium"),
]

HELD, DAY = date(2026, 1, 5), date(2026, 1, 6)
LEADER = f"https://{SITE} www.{SITE}"
CURRENCY = f"www.{SITE}"
ANSWERS = (
    *("revenue_by_day", "revenue_by_country", "revenue_by_category"),
    *("revenue_by_marketing_channel", "payment_method_usage"),
)
CHECKS = (
    ("raw_sales", "files_loaded"),
    ("stg_sales_clean", "event_id_unique"),
    ("stg_sales_clean", "fields_fit"),
    ("stg_sales_rejects", "reject_rate"),
    ("fact_sales", "usual_revenue"),
)

LOOK = """site => ({
    owned: window.owned ?? null,
    links: [...document.querySelectorAll('a')].map(a => a.href)
        .filter(href => href.includes(site) || /^(javascript|data|mailto|tg):/.test(href)),
    pictures: [...document.querySelectorAll('img, iframe, object, embed, video, source')]
        .map(one => one.src || one.data || '')
        .filter(src => src.includes(site)),
    handlers: [...document.querySelectorAll('[onerror], [onload], [onclick]')].length,
    seen: document.body.innerText.includes(site),
})"""


def lines(day: date, good: bool) -> list[dict[str, Any] | str]:
    """Events with hostile texts in every field, and lines that break rules with them."""
    moment = f"{day}T12:00:00Z"
    fields = ("category", "country", "payment_method", "marketing_channel", "device", "session_id")
    each = [
        event(
            f"{day}-{n}",
            event_ts=moment,
            order_id=text,
            unit_price=LEADER,  # no number, and named by the check fields_fit
            **dict.fromkeys(fields, text),
        )
        for n, text in enumerate(HOSTILE)
    ]
    leading = [
        event(
            f"{day}-leader-{n}",
            event_ts=moment,
            currency=CURRENCY,
            **dict.fromkeys(fields[:4], LEADER),
        )
        for n in range(150)
    ]
    bad: list[dict[str, Any] | str] = []
    for n, text in enumerate(HOSTILE if good else HOSTILE * 20):
        bad.append(event(f"{day}-bad-{n}", event_ts=moment, quantity=text))
        bad.append(" ".join(text.split()))
    return [*each, *leading, *bad]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A running UI, over a day that is held, with a damaged file, and one that is published."""
    root = tmp_path_factory.mktemp("ui")
    for day in (HELD, DAY):
        folder = root / "landing" / f"dt={day}"
        for name in (f"![x](www.{SITE})", f"<img src=x onerror=owned=1> {SITE}", "a"):
            write_lines(
                folder / f"{name}.jsonl", lines(day, good=day == DAY) if name == "a" else []
            )
    (root / "landing" / f"dt={HELD}" / f"[x](www.{SITE}).jsonl.gz").write_bytes(b"no gzip")
    with dev_server(
        root / "home",
        ECOM_LANDING=str(root / "landing"),
        ECOM_SOURCE="external",
        ECOM_DUCKDB_PATH=str(root / "w.duckdb"),
    ) as started:
        assert started.ended(started.launch(HELD)) == "FAILURE"
        assert started.ended(started.launch(DAY)) == "SUCCESS"
        assert started.ended(started.launch(job="operations_digest_job")) == "SUCCESS"
        yield started


def pages(server: DevServer) -> Iterator[str]:
    """Everywhere in the UI where data is shown."""
    for asset in (*ASSETS, *ANSWERS, "sales_report", "operations_digest"):
        yield f"/assets/{asset}?view=overview"
        yield f"/assets/{asset}?view=events"
    for asset in ASSETS:
        for day in (HELD, DAY):
            yield f"/assets/{asset}?view=partitions&partition={day}"
    for asset, check in CHECKS:
        yield f"/assets/{asset}?view=checks&checkDetail={check}"
    for run in server.runs():
        yield f"/runs/{run['runId']}"


def looked_at(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(LOOK, SITE)
    return found


def test_no_text_from_the_data_runs_or_leads_anywhere_in_the_ui(
    server: DevServer, figures: Figures
) -> None:
    asked: list[str] = []
    seen = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1600, "height": 4000})
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
        for path in pages(server):
            page.goto(f"http://127.0.0.1:{server.port}{path}")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(500)
            looks = [looked_at(page)]
            hidden = page.get_by_text("[Show Markdown]")
            if "view=overview" in path:
                for n in range(hidden.count()):
                    hidden.nth(n).click()
                    page.get_by_role("button", name="Close").wait_for()
                    looks.append(looked_at(page))
                    page.keyboard.press("Escape")
            for look in looks:
                figures.count("inputs tried")
                seen += look.pop("seen")
                assert look == {"owned": None, "links": [], "pictures": [], "handlers": 0}, path
        browser.close()
    assert seen > 20, "the data is shown"
    assert {url.partition("//")[2].partition("/")[0] for url in asked if "://" in url} == {
        f"127.0.0.1:{server.port}"
    }


def test_nothing_listens_but_on_this_machine(server: DevServer) -> None:
    tree = [server.process.pid, *_children(server.process.pid)]
    listening = [
        place.laddr.ip
        for pid in tree
        for place in psutil.Process(pid).net_connections("inet")
        if place.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert set(listening) <= {"127.0.0.1", "::1"}


def _children(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


@pytest.mark.parametrize("body", [None, b"x"])
def test_what_security_md_says_of_the_ui_is_so(server: DevServer, body: bytes | None) -> None:
    """No login, and a page of another site can give orders, by an image's address or a form: it
    needs a proxy in front of it. When this fails Dagster has become safer, and SECURITY.md can say
    so."""
    order = quote("mutation {setNuxSeen}")
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/graphql?query={order}",
        data=body,
        headers={"Content-Type": "text/plain", "Origin": f"https://{SITE}", "Accept": "image/png"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert json.load(response) == {"data": {"setNuxSeen": True}}


def test_what_dagster_writes_can_be_changed_by_its_owner_alone(server: DevServer) -> None:
    home = Path(psutil.Process(server.process.pid).environ()["DAGSTER_HOME"])
    for path in home.rglob("*"):
        assert not path.stat().st_mode & 0o022, path
