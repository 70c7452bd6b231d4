"""What a benchmark is, and the room that it is measured in.

A benchmark says what it compares and what it should reach, and measures itself; a miss is explained
in `docs/benchmarks.md` by its `bound`. The measuring stands in `rows/`, one module per kind.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from benchmarks.measure import Pairs, Run
from ecom_assets.settings import PROJECT_ROOT as PROJECT_ROOT

T = TypeVar("T")

PEER_SCRIPTS = PROJECT_ROOT / "benchmarks" / "peers"


@dataclass(frozen=True)
class Figure:
    """One comparison.

    Attributes:
        what: what is compared, such as `time`.
        ours: the project's value, for people.
        theirs: the other's.
        ratio: one over the other, the way round that `reach` is about.
        reach: what the ratio should not exceed, or not fall short of; None: there is no such aim.
        at: whether that is the most or the least.
    """

    what: str
    ours: str
    theirs: str
    ratio: float
    reach: float | None = None
    at: Literal["most", "least"] = "most"

    @property
    def reached(self) -> bool | None:
        """Whether the ratio is as it should be; None where there is no aim."""
        if self.reach is None:
            return None
        return self.ratio <= self.reach if self.at == "most" else self.ratio >= self.reach


def figure(
    what: str,
    unit: str,
    one: int,
    pairs: Pairs,
    value: Callable[[Run], float],
    reach: float | None = None,
) -> Figure:
    """Both medians of a value, in units of `one`, and their ratio by pairs."""
    ours, theirs = pairs.medians(value)
    return Figure(
        what, f"{ours / one:.2f} {unit}", f"{theirs / one:.2f} {unit}", pairs.ratio(value), reach
    )


class Room:
    """Where benchmarks run: a folder for their files, and what they share.

    Attributes:
        folder: deleted at the end.
        quick: a tenth of the data, one pair of each.
        peers: the Python that has what the peers need.
    """

    def __init__(self, folder: Path, *, quick: bool, peers: Path) -> None:
        self.folder = folder
        self.quick = quick
        self.peers = peers
        self._shared: dict[str, Any] = {}

    def pairs(self, full: int) -> int:
        """How many pairs to run."""
        return 1 if self.quick else full

    def new_folder(self, name: str) -> Path:
        """An empty folder."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))

    def shared(self, name: str, make: Callable[[], T]) -> T:
        """What several benchmarks need, made once."""
        if name not in self._shared:
            self._shared[name] = make()
        made: T = self._shared[name]
        return made


@dataclass(frozen=True)
class Bench:
    """One row of the document.

    Attributes:
        name: for `make bench ONLY=name`.
        what: what is measured.
        beside: what it is compared with.
        reach: what it should reach, in words.
        measure: does it.
        how: what is started and what is left out, for people who want to judge the comparison.
        bound: what limits it, where it does not reach that or there is no reach; told with a
            measurement.
        means: what that is to a user; told with it.
    """

    name: str
    what: str
    beside: str
    reach: str
    measure: Callable[[Room], Sequence[Figure]]
    how: str = ""
    bound: str = ""
    means: str = ""
