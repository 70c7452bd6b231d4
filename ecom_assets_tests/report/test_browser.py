"""The report in a browser: nothing overlaps, nothing sticks out, everything can be read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from ecom_assets.report.charts import WIDTH
from ecom_assets_tests.report.samples import SAMPLES, report_of
from ecom_assets_tests.report.test_small import address_of, small_ones
from ecom_assets_tests.support import chromium
from ecom_assets_tests.support.programs import program

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.needs("chromium")]

LOOK = """() => {
    const found = {overlaps: [], faint: [], outside: []};
    const luminance = colour => {
        const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map(v => {
            v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (const svg of document.querySelectorAll('svg')) {
        const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim());
        const boxes = texts.map(t => t.getBoundingClientRect());
        const frame = svg.getBoundingClientRect();
        boxes.forEach((a, i) => {
            if (a.left < frame.left - 2 || a.right > frame.right + 2
                || a.top < frame.top - 4 || a.bottom > frame.bottom + 4)
                found.outside.push(texts[i].textContent);
            boxes.slice(i + 1).forEach((b, j) => {
                const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                if (across > 1 && down > 3)
                    found.overlaps.push([texts[i].textContent, texts[i + 1 + j].textContent]);
            });
        });
        const ground = luminance(getComputedStyle(svg.parentElement).backgroundColor);
        for (const text of texts) {
            const ink = luminance(getComputedStyle(text).fill);
            const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
            if (contrast < 4.5) found.faint.push(text.textContent);
        }
    }
    found.wide = document.documentElement.scrollWidth - window.innerWidth;
    found.smallest = Math.min(99, ...[...document.querySelectorAll('svg text')].map(
        t => t.getBoundingClientRect().height));
    return found;
}"""

OPEN_TABLES = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.browser(str(program("chromium"))) as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_report_can_be_read(
    browser: Browser, tmp_path: Path, name: str, width: int, scheme: Any
) -> None:
    path = tmp_path / "sales_report.html"
    path.write_text(report_of(name).html, encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    found = page.evaluate(LOOK)
    page.evaluate(OPEN_TABLES)
    with_tables = page.evaluate(LOOK)
    shown = page.locator("details table").filter(visible=True).count()
    assert shown == page.locator("figure svg").count()
    context.close()
    assert with_tables["wide"] <= 0
    assert found["overlaps"] == []
    assert found["outside"] == []
    assert found["faint"] == []
    assert found["wide"] <= 0
    assert found["smallest"] >= 11
    assert said == []
    assert asked == [path.as_uri()]


def test_a_small_chart_is_a_picture_with_bars(browser: Browser) -> None:
    for name in SAMPLES:
        for drawn in small_ones(name):
            page = browser.new_page()
            page.set_content(f'<img src="{address_of(drawn)}">')
            (size,) = page.evaluate(
                "[...document.images].map(i => [i.naturalWidth, i.naturalHeight])"
            )
            page.close()
            assert size[0] == WIDTH
            assert 20 < size[1] <= 330
