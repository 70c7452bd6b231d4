"""`--torture`: the long form of the tests that count what they try, and the page of their figures.

A test takes the fixture `figures` and counts; whether it is the long form says `torture`, and what
chance it is given says `seed`. The long form runs the tests that take `figures`, wherever they lie,
and all that the short one leaves out. In the short form, within `make test`, the figures go
nowhere. How a fault is made is not here.
"""

import platform
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: written by make torture -->", "<!-- end of figures -->"

COLUMNS = (
    *("faults injected", "inputs tried", "operations run", "interleavings run", "days checked"),
    *("rows compared",),
    *("lost", "doubled"),
)
"""What may be counted. `lost` and `doubled` are counted by comparisons, and are zero in a pass."""


class Figures:
    """What a test has tried so far."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()

    def count(self, what: str, number: int = 1) -> None:
        """Add to one of `COLUMNS`."""
        assert what in COLUMNS, f"{what} is none of {', '.join(COLUMNS)}"
        self.counted[what] += number


FIGURES = pytest.StashKey[dict[str, Counter[str]]]()
STARTED = pytest.StashKey[float]()


def some(*short: Any, of: Iterable[Any]) -> list[Any]:
    """The values of a parameter, or of several, of which the short form has a few."""
    return [
        pytest.param(
            *(one if isinstance(one, tuple) else (one,)),
            marks=[] if one in short else pytest.mark.torture,
        )
        for one in of
    ]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("torture")
    group.addoption("--torture", action="store_true", help="the long form: minutes, not seconds")
    group.addoption("--seed", type=int, default=1, help="of what chance chooses; 1 by default")
    group.addoption("--figures", action="store_true", help="write them to docs/reliability.md")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = {}
    config.stash[STARTED] = time.monotonic()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long form is of the tests that count, wherever they lie, and of those that are too long
    for the short one, which leaves them out."""
    too_long = [item for item in items if item.get_closest_marker("torture")]
    if config.getoption("--torture"):
        counts = [item for item in items if "figures" in getattr(item, "fixturenames", ())]
        chosen = [item for item in items if item in counts or item in too_long]
    else:
        chosen = [item for item in items if item not in too_long]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture
def torture(request: pytest.FixtureRequest) -> bool:
    """Whether this is the long form."""
    return bool(request.config.getoption("--torture"))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Of what chance chooses."""
    return int(request.config.getoption("--seed"))


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Iterator[Figures]:
    """Where a test counts what it tries."""
    counting = Figures()
    yield counting
    promise = request.node.originalname.removeprefix("test_").replace("_", " ")
    of_all = request.config.stash[FIGURES].setdefault(promise, Counter())
    of_all.update(counting.counted)  # of all parameters of a test


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    if not config.getoption("--torture"):
        return
    found = config.stash[FIGURES]
    seconds = time.monotonic() - config.stash[STARTED]
    for line in table(found):
        terminalreporter.write_line(line)
    if config.getoption("--figures") and exitstatus == 0:
        write(PAGE, found, config.getoption("--seed"), seconds)
        terminalreporter.write_line(f"The figures are in {PAGE.relative_to(PROJECT_ROOT)}.")


def table(found: Mapping[str, Counter[str]]) -> list[str]:
    """The figures as a table in Markdown, the sums first."""
    rows = {"**all**": sum(found.values(), Counter[str]()), **found}
    cells = [["promise", *COLUMNS]] + [
        [promise, *(f"{counted[what]:,}" for what in COLUMNS)] for promise, counted in rows.items()
    ]
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return [lines[0], "|---" + "|--:" * len(COLUMNS) + "|", *lines[1:]]


def write(page: Path, found: Mapping[str, Counter[str]], seed: int, seconds: float) -> None:
    """Put the figures between the two marks of a page, with their date, command and seed."""
    head, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    said = (
        f"`make torture SEED={seed}` on {datetime.now(UTC):%Y-%m-%d}: {len(found)} promises kept, "
        f"in {seconds / 60:.0f} minutes (Python {platform.python_version()})."
    )
    lines = [BEGIN, "", said, "", *table(found), "", END]
    page.write_text(head + "\n".join(lines) + tail, encoding="utf-8")
