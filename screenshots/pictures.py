"""The pictures: for each, the page that it shows, how it is opened, and how much of it is seen.

How a picture is taken is in `camera.py`, what happened in the shop in `shop.py`.
"""

import json
from collections.abc import Callable, Mapping

from playwright.sync_api import Page

from ecom_assets.assets.answers import REPORT_FILE
from screenshots.camera import Camera
from screenshots.shop import Shop
from screenshots.terminal import printed

Take = Callable[[Camera, Shop, str], None]

PHONE = 390
LEAVE_FIGURES = """texts => {
    const shown = figure => texts.some(text => figure.textContent.includes(text));
    document.querySelectorAll('figure').forEach(one => { if (!shown(one)) one.remove(); });
    document.querySelectorAll('header, footer').forEach(one => one.remove());
    document.querySelectorAll('section').forEach(one => {
        if (!one.querySelector('figure')) one.remove(); });
    if (innerWidth < 500)
        document.querySelectorAll('section').forEach(one => {
            one.querySelectorAll('figure').forEach((figure, n) => { if (n) figure.remove(); }); });
}"""
"""In the report: those figures that have one of these texts; on a phone the first of a section."""
MANY_ARE_GREEN = """() => [...document.querySelectorAll('foreignObject *')].filter(one => {
    const [red, green, blue] = getComputedStyle(one).borderTopColor.match(/[0-9.]+/g).map(Number);
    return green > red + 60 && green > blue + 30;
}).length > 8"""
"""In the graph: it is drawn first, and what became of the assets is asked for afterwards."""


def landing(camera: Camera, shop: Shop, name: str) -> None:
    """The files of a day, as the landing zone lists them."""
    with camera.day("sales_files", shop.days.last, height=880) as page:
        camera.take(name, page)


def raw(camera: Camera, shop: Shop, name: str) -> None:
    """Lines in RAW with their JSON, and one that is none."""
    _previews(camera, shop, name, {"RAW.RAW_SALES": "raw_sales"})


def clean_and_rejects(camera: Camera, shop: Shop, name: str) -> None:
    """Clean events, and below them rejects, one for each reason."""
    tables = {
        "STAGING.STG_SALES_CLEAN": "stg_sales_clean",
        "STAGING.STG_SALES_REJECTS": "stg_sales_rejects",
    }
    _previews(camera, shop, name, tables)


def answers(camera: Camera, shop: Shop, name: str) -> None:
    """What `make answers` prints."""
    camera.take_html(name, printed(shop, "make answers", "ecom_assets.commands.answers"))


def backfill(camera: Camera, shop: Shop, name: str) -> None:
    """A backfill of which one day is held."""
    with camera.page(f"/runs/b/{shop.backfill}", height=560) as page:
        page.get_by_role("link", name="fact_sales").wait_for()
        camera.take(name, page)


def failed_check(camera: Camera, shop: Shop, name: str) -> None:
    """The days of a check, and what it found on the one that failed."""
    check = "/assets/stg_sales_rejects?view=checks&checkDetail=reject_rate"
    with camera.page(check, height=1_300) as page:
        page.get_by_role("tab", name="Execution history").wait_for()
        page.get_by_role("tab", name="Partitions").last.click()  # the check's, not the asset's
        page.get_by_placeholder("Filter by partition…").wait_for()
        page.get_by_text(str(shop.bad_day), exact=True).filter(visible=True).last.click()
        page.get_by_text("Target materialization").wait_for()
        camera.take(name, page)


def held_day(camera: Camera, shop: Shop, name: str) -> None:
    """A held day of FACT_SALES among published ones."""
    with camera.day("fact_sales", shop.bad_day, height=740) as page:
        camera.take(name, page)


def report(camera: Camera, shop: Shop, name: str) -> None:
    """The first screen of the report, on a desk."""
    with camera.page(_report(shop), width=1_280, height=1_500) as page:
        camera.take(name, page)


def report_phone(camera: Camera, shop: Shop, name: str) -> None:
    """The quality of the days in the report, on a phone."""
    with camera.page(_report(shop), width=PHONE, height=844, scale=2) as page:
        quality = page.get_by_role("heading", name="Data quality")
        quality.evaluate("heading => heading.scrollIntoView()")
        camera.take(name, page)


def decide(camera: Camera, shop: Shop, name: str) -> None:
    """The form of `decide` in the Launchpad, filled in."""
    with camera.page("/locations/ecom_assets/jobs/decide/playground", height=820) as page:
        page.get_by_text("first_day").first.wait_for()
        page.locator(".cm-content, .CodeMirror").first.click()
        page.keyboard.press("Control+A")
        lines = [f"{name}: {json.dumps(value)}\n" for name, value in shop.form.items()]
        page.keyboard.insert_text("".join(lines))
        page.get_by_text("No errors").wait_for()
        camera.take(name, page)


def plan(camera: Camera, shop: Shop, name: str) -> None:
    """What a replay would change, in the output of the job's step."""
    shop.rewrite()
    with camera.page(f"/runs/{shop.plan()}", height=1_420) as page:
        page.get_by_text("View full message").click()
        page.get_by_text("Samples").last.wait_for()
        camera.take(name, page)


def report_decided(camera: Camera, shop: Shop, name: str) -> None:
    """A restated day and a day published by decision in the report, on a desk."""
    shop.publish_by_decision()
    with camera.page(_report(shop), width=1_440, height=1_500) as page:
        page.evaluate(LEAVE_FIGURES, ["restated", "lines on", "Published by decision"])
        camera.take(name, page.locator("main"))


def report_decided_phone(camera: Camera, shop: Shop, name: str) -> None:
    """The same on a phone."""
    with camera.page(_report(shop), width=PHONE, height=844, scale=2) as page:
        page.evaluate(LEAVE_FIGURES, ["restated", "Published by decision"])
        camera.take(name, page.locator("main"))


def lineage(camera: Camera, shop: Shop, name: str) -> None:
    """The graph, all of it."""
    shop.put_right()
    with camera.page("/asset-groups", height=800) as page:
        page.locator("button:has([aria-label=panel_show_right])").click()
        _expand_groups(page)
        camera.take(name, page)


PICTURES: Mapping[str, Take] = {
    take.__name__.replace("_and_", "-and-").replace("_", "-"): take
    for take in (
        landing,
        raw,
        clean_and_rejects,
        answers,
        backfill,
        failed_check,
        held_day,
        report,
        report_phone,
        decide,
        plan,
        report_decided,
        report_decided_phone,
        lineage,  # last: for it the held day is put right
    )
}
"""How each picture is taken, by its name, in the order of what happens in the shop."""


def _previews(camera: Camera, shop: Shop, name: str, tables: Mapping[str, str]) -> None:
    """The previews on the pages of some tables' assets, in a window in which they fit."""
    parts = []
    for table, asset in tables.items():
        with camera.day(asset, shop.days.last, width=1_440, height=1_800) as page:
            found = page.locator("table[class*=Table_table]").filter(has_text="file_and_line")
            parts.append((f"{table} · {shop.days.last}", camera.look(found.last)))
    camera.take_one_above_the_other(name, parts)


def _report(shop: Shop) -> str:
    return (shop.home / "data/reports" / REPORT_FILE).as_uri()


def _expand_groups(page: Page) -> None:
    """Show each group's assets. The UI has a key for it, and no button."""
    page.get_by_text("landing", exact=True).filter(visible=True).first.wait_for()
    page.locator("body").press("Alt+e")
    page.get_by_text("sales_report", exact=True).filter(visible=True).first.wait_for()
    page.wait_for_function(MANY_ARE_GREEN)
