"""A browser that opens the UI as a person would, and takes pictures of it.

What is in the pictures is in `pictures.py`.
"""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route

from ecom_assets.settings import PROJECT_ROOT
from screenshots.shop import Shop

FOLDER = PROJECT_ROOT / "docs/images"
WIDTH = 1400
"""Pixels of a picture, at most."""
MOST_BYTES = 250_000
COLOURS = 256
"""Of a palette: a picture has a third of the bytes, and no colour is off by more than a shade."""
SETTLES_MS = 1_500
"""An animation of the UI is over by then."""

SHORTEN_PATHS = """paths => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode())
        for (const path of paths)
            texts.currentNode.data = texts.currentNode.data.replaceAll(path, '');
}"""
"""Makes paths look as they do where the project's folder is the one you are in."""


class Camera:
    """Takes pictures of one shop.

    Attributes:
        refused: what pages have asked for that is not on this machine.
    """

    def __init__(self, browser: Browser, shop: Shop) -> None:
        self.refused: list[str] = []
        self._browser = browser
        self._shop = shop

    @contextmanager
    def page(
        self, address: str, *, width: int = WIDTH, height: int, scale: float = 1
    ) -> Iterator[Page]:
        """A page in a window of its own.

        Args:
            address: of the UI below its address, or with a scheme.
            width: of the window.
            height: of the window.
            scale: pixels of the picture for one of the window.
        """
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            color_scheme="light",
            locale="en-US",
            timezone_id="UTC",
        )
        context.route(self._is_elsewhere, self._refuse)
        context.add_init_script("localStorage.setItem('dagster-nav-collapsed', 'true')")
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{self._shop.url}{address}" if address.startswith("/") else address)
        page.wait_for_load_state("networkidle")
        yield page
        context.close()

    @contextmanager
    def day(self, asset: str, day: date, **window: int) -> Iterator[Page]:
        """A day on the page of an asset."""
        with self.page(f"/assets/{asset}?view=partitions&partition={day}", **window) as page:
            page.get_by_text("Latest materialization").wait_for()
            page.get_by_text("Tags", exact=True).wait_for()
            row = page.get_by_text(str(day), exact=True).filter(visible=True).first
            row.evaluate("row => row.scrollIntoView({block: 'center'})")
            yield page

    def take(self, name: str, page: Page | Locator) -> None:
        """Take a picture of a window, or of a part of it."""
        path = FOLDER / f"{name}.png"
        with Image.open(BytesIO(self.look(page))) as image:
            few = image.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
            few.save(path, optimize=True)
        size = path.stat().st_size
        assert size <= MOST_BYTES, f"{path.name} has {size:,} bytes, at most {MOST_BYTES:,} wanted"

    def look(self, what: Page | Locator) -> bytes:
        """A window or a part of it as a PNG, with no path of this machine in it."""
        page = what.page if isinstance(what, Locator) else what
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(SETTLES_MS)
        paths = [f"{self._shop.home}/", f"{PROJECT_ROOT}/"]
        page.evaluate(SHORTEN_PATHS, paths)
        text = page.inner_text("body")
        assert not [path for path in (*paths, str(Path.home())) if path in text], text
        return what.screenshot()

    def take_one_above_the_other(self, name: str, parts: Sequence[tuple[str, bytes]]) -> None:
        """A picture of several pictures, each under its title."""
        figures = "".join(
            f"<h1>{title}</h1><img src='data:image/png;base64,{base64.b64encode(png).decode()}'>"
            for title, png in parts
        )
        self.take_html(
            name,
            "<style>main { padding: 4px 20px 20px } img { display: block }"
            "h1 { font: 600 17px sans-serif; color: #0f0f1f; padding: 16px 0 10px; margin: 0 }"
            f"</style><main>{figures}</main>",
        )

    def take_html(self, name: str, html: str) -> None:
        """A picture of a page made for it, as large as what is in `main`."""
        with self.page("about:blank", height=800) as page:
            page.set_content(
                f"<style>body {{ margin: 0 }} main {{ width: max-content }}</style>{html}"
            )
            self.take(name, page.locator("main"))

    def _is_elsewhere(self, url: str) -> bool:
        return not url.startswith(("file:", self._shop.url))

    def _refuse(self, route: Route) -> None:
        self.refused.append(route.request.url)
        route.abort()
