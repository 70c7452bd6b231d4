"""Programs that no package brings. What becomes of tests without them is in `left_out.py`."""

import os
import shutil

from ecom_assets_tests.support.chromium import chromium

PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"
"""Where Debian has nginx, too, which is on root's path alone."""


def program(name: str) -> str | None:
    """Where it is, if it is on this machine; any Chromium is called `chromium`."""
    return chromium() if name == "chromium" else shutil.which(name, path=PATH)
