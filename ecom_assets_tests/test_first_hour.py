"""A newcomer's first hour, in a browser: the demo's run, a day that is made anew, broken, mended.

One story, told in order and by clicks, as README tells it; what is asserted is what pages show.
"""

import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from ecom_assets.alerts import sensor
from ecom_assets_tests.support import chromium
from ecom_assets_tests.support.clone import cloned, environment_of, made, served_in
from ecom_assets_tests.support.dev_server import until
from ecom_assets_tests.support.programs import program
from ecom_assets_tests.support.receivers import receiving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("dagster dev too"),
    pytest.mark.needs("chromium"),
]

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
WAITS_MS = 60_000
CONFIG = "ops: {{sales_files: {{config: {{defect_share: {share}, overwrite: true}}}}}}"
COLOURS = """() => [...document.querySelectorAll('foreignObject')].flatMap(box => {
    const found = [...box.querySelectorAll('*')].map(one => {
        const [red, green] = getComputedStyle(one).borderTopColor.match(/[0-9.]+/g).map(Number);
        return red > green + 60 ? 'red' : green > red + 60 ? 'green' : null;
    }).filter(colour => colour);
    return found.length ? [[box.textContent, found[0]]] : [];
})"""
"""The boxes of the graph that have a colour: what is in them, and which."""
ASSETS = 12


def test_from_the_demo_to_an_alert_that_recovers(tmp_path: Path) -> None:
    clone = cloned(tmp_path / "clone")
    look_for_alerts_often(clone)
    subprocess.run(
        made("make demo"), cwd=clone, env=environment_of(clone), check=True, capture_output=True
    )
    with (
        receiving() as channel,
        served_in(clone, "make dev", ECOM_ALERT_URLS=channel.url) as ui,
        chromium.browser(str(program("chromium"))) as browser,
    ):
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(WAITS_MS)

        # the page that opens has the demo's run, and so has the list of runs
        page.goto(f"http://127.0.0.1:{ui.port}/")
        shown(page, page.locator("a[href$='/jobs/sales']"))
        go(page, "Runs")
        shown(page, page.get_by_role("link", name=str(ui.runs()[0]["runId"])[:8]))
        shown(page, page.get_by_text("Success", exact=True))

        go(page, "Automation")
        switch_on(page, "check_alerts")
        until(lambda: ui.ticks("check_alerts"), "the alerts are at work")

        # all of the graph is green, and yesterday is made anew
        see_red_in_the_graph(page, set())
        page.get_by_role("button", name="Materialize all").click()
        page.get_by_role("button", name="Latest", exact=True).click()
        page.get_by_role("button", name="Launch 1 run").click()
        page.get_by_text("View", exact=True).click()
        assert status_of_the_run(page) == "Success"

        # yesterday is broken: the run says what is held, why, and where it is written what to do
        materialize_yesterday(page, defect_share=0.6)
        assert status_of_the_run(page) == "Failure"
        shown(page, page.get_by_text("Errored (1)"))
        page.get_by_text("fact_sales", exact=True).last.click()
        (error,) = page.get_by_text("1 of 1 days held").all_inner_texts()
        assert str(YESTERDAY) in error
        assert "docs/runbook.md" in error

        # red is what is held and what a check says of it, and nothing else
        see_red_in_the_graph(page, {"fact_sales", "stg_sales_rejects"})
        go(page, "Catalog")
        page.get_by_role("link", name="stg_sales_rejects").click()
        page.get_by_role("tab", name="Checks").click()
        page.get_by_text("reject_rate", exact=True).first.click()
        reason_is_shown(page)

        # who was told of it is led to the same page
        message = until(lambda: told(channel.messages, "ERROR"), "somebody is told")
        assert str(YESTERDAY) in message
        (link,) = re.findall(r"https?://[^/\s]+(/assets/stg_sales_rejects\S*)", message)
        page.goto(f"http://127.0.0.1:{ui.port}{link}")
        reason_is_shown(page)
        assert not told(channel.messages, "RECOVERED")

        # mended: green again, and whoever was told hears of it
        materialize_yesterday(page, defect_share=0.05)
        assert status_of_the_run(page) == "Success"
        until(lambda: told(channel.messages, "RECOVERED"), "somebody is told that it is mended")
        see_red_in_the_graph(page, set())


def look_for_alerts_often(clone: Path) -> None:
    path = clone / Path(str(sensor.__file__)).relative_to(Path(str(sensor.__file__)).parents[2])
    now = f"SECONDS_BETWEEN_TICKS = {sensor.SECONDS_BETWEEN_TICKS}\n"
    text = path.read_text()
    assert now in text
    path.write_text(text.replace(now, "SECONDS_BETWEEN_TICKS = 5\n"))


def shown(page: Page, what: Locator) -> None:
    """Wait until the first of it is seen."""
    what.filter(visible=True).first.wait_for()


def go(page: Page, name: str) -> None:
    """Follow a link at the left."""
    page.locator("a").filter(has_text=re.compile(f"^{name}$")).first.click()


def switch_on(page: Page, name: str) -> None:
    """By the switch in its row, which does nothing while the page does not know how it stands."""
    row = page.locator("[data-index]").filter(has_text=name)
    box = row.locator("input").nth(1)  # beside the one that selects the row, and there later

    def is_on() -> bool:
        row.locator("label").nth(1).click()
        with suppress(AssertionError):
            expect(box).to_be_checked(timeout=5_000)
        return box.is_checked()

    until(is_on, f"{name} is on")


def see_red_in_the_graph(page: Page, assets: set[str]) -> None:
    """See that the boxes of these are red and all others green, once the page has asked for what
    has become of them."""
    go(page, "Lineage")
    shown(page, page.get_by_text("landing", exact=True))

    def is_so() -> bool:
        boxes = all_boxes(page)
        return bool(boxes) and {name for name, colour in boxes if colour == "red"} == assets

    until(is_so, f"red in the graph: {assets or 'nothing'}", seconds=60)


def all_boxes(page: Page) -> Sequence[tuple[str, str]]:
    """The graph's boxes with their colours, if each has one. The groups are opened by a key, for
    which there is no button, and which is heard once the graph is there."""
    if not page.locator("foreignObject").filter(has_text="sales_report").count():
        page.locator("body").press("Alt+e")
        page.wait_for_timeout(1_500)
    boxes: Sequence[tuple[str, str]] = page.evaluate(COLOURS)
    return boxes if len(boxes) == ASSETS else ()


def materialize_yesterday(page: Page, *, defect_share: float) -> None:
    """By the Launchpad: its files are generated again, with so many defects."""
    go(page, "Lineage")
    shown(page, page.get_by_role("button", name="Materialize all"))
    page.locator("button:right-of(:text('Materialize all'))").first.click()
    page.get_by_text("Open launchpad").click()
    launchpad = page.get_by_role("dialog")
    shown(page, launchpad.get_by_text("defect_share"))
    choose(launchpad.get_by_placeholder("Partition"), page.get_by_text(str(YESTERDAY), exact=True))
    launchpad.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(CONFIG.format(share=defect_share))
    shown(page, launchpad.get_by_text("No errors"))
    launchpad.get_by_text("Materialize", exact=True).click()


def choose(box: Locator, option: Locator) -> None:
    """Choose in a list that a click into the box opens, once the page has asked what is in it."""

    def is_chosen() -> bool:
        box.click()
        with suppress(NotInTime):
            option.last.click(timeout=5_000)
            return True
        return False

    until(is_chosen, "the list opens")


def status_of_the_run(page: Page) -> str:
    """How the run ends whose page opens."""
    page.wait_for_url("**/runs/*")
    status = page.get_by_text(re.compile("^(Success|Failure|Canceled)$")).filter(visible=True)
    status.first.wait_for()
    return status.first.inner_text()


def reason_is_shown(page: Page) -> None:
    """The check has failed for yesterday, and says what is wrong with how many lines."""
    shown(page, page.get_by_text("Failed", exact=True))
    shown(page, page.get_by_text(str(YESTERDAY)))
    shown(page, page.get_by_text("Invalid total_amount"))


def told(messages: Sequence[tuple[str, str]], how: str) -> str:
    """The message about the check of rejects, if there is one."""
    found = [f"{t}\n{text}" for t, text in messages if t.startswith(how) and "reject_rate" in t]
    return found[0] if found else ""
