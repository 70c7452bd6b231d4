"""The browser of the machine, for tests and pictures that look at a page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    *("--no-sandbox", "--disable-gpu"),  # it may run as root in a container
    *("--disable-background-networking", "--no-first-run"),  # asks for what a page asks for
)


def chromium() -> str | None:
    """The program, if there is one on the path."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser(program: str) -> Iterator[Browser]:
    """The browser, without a window, while it runs."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        try:
            yield started
        finally:
            started.close()
