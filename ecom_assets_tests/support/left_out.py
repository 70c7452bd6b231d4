"""Tests that start programs which no package brings, such as a browser, and what is said of them.

Such a test is marked `needs("nginx", "openssl")`. Where one is missing the test is left out, and
the last line of the run says so; with `ECOM_TEST_ALL=1`, as `.ci/run` sets it, it fails.
"""

import os
from collections.abc import Sequence
from typing import Any

import pytest

from ecom_assets_tests.support.programs import program

TEST_ALL = "ECOM_TEST_ALL"
MISSING = "missing"


@pytest.hookimpl(tryfirst=True)  # before fixtures start what is missing
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a test that needs what is missing, or let it fail."""
    needed = dict.fromkeys(name for mark in item.iter_markers("needs") for name in mark.args)
    if missing := [name for name in needed if program(name) is None]:
        item.user_properties.append((MISSING, missing))
        text = f"there is no {' and no '.join(missing)} on this machine"
        if os.environ.get(TEST_ALL) == "1":
            pytest.fail(f"{text}, and {TEST_ALL} asks for all tests", pytrace=False)
        pytest.skip(text)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of all, where something was left out."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    skipped = terminal.stats.get("skipped", ()) if terminal else ()
    if found := [r for r in (dict(s.user_properties).get(MISSING) for s in skipped) if r]:
        terminal.write_line(_sentence(found))


def _sentence(left_out: Sequence[Sequence[str]]) -> str:
    missing = sorted({name for names in left_out for name in names})
    return (
        f"Not tested: {len(left_out)} tests need {' and '.join(missing)}, which this machine does "
        f"not have. Install what is missing (Debian: apt install {' '.join(missing)}), and run "
        "them again."
    )
