"""Programs started, timed and watched; pairs of them, one after the other.

Each side of a comparison is a program of its own: nothing that one has imported or cached helps
the other. A program prints one line of JSON last, with what it measured itself, so that a row can
leave out the start of the interpreter. What is compared is decided in `rows/`.
"""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil

WATCH_SECONDS = 0.02
"""Between two looks at the memory of a program and its children."""


@dataclass(frozen=True)
class Run:
    """What a program did.

    Attributes:
        seconds: from its start to its end, or as it measured itself.
        cpu_seconds: of it and its children, user and system.
        peak_bytes: the most that it and its children had in memory at once.
        said: its last line of JSON.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pairs:
    """The runs of two programs, in pairs."""

    ours: Sequence[Run]
    theirs: Sequence[Run]

    def __add__(self, more: "Pairs") -> "Pairs":
        return Pairs([*self.ours, *more.ours], [*self.theirs, *more.theirs])

    def medians(self, value: Callable[[Run], float]) -> tuple[float, float]:
        """The median of ours, and that of theirs."""
        return median(map(value, self.ours)), median(map(value, self.theirs))

    def ratio(self, value: Callable[[Run], float]) -> float:
        """The median of ours over theirs, pair by pair."""
        pairs = zip(self.ours, self.theirs, strict=True)
        return median(value(ours) / value(theirs) for ours, theirs in pairs)


class ProgramFailed(Exception):
    """A program that was to be measured failed; the text is what it said."""


def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    whole: bool = False,
) -> Run:
    """Run a program to its end.

    Args:
        command: the program and its arguments.
        folder: where it runs.
        environment: variables beside those of this process.
        whole: measure it from its start, though it measures itself.

    Raises:
        ProgramFailed: it ended with an error.
    """
    variables = {**os.environ, **(environment or {})}
    # compiled modules are kept, as on anybody's machine
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watch = _Watch(process.pid)
        watch.start()
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        watch.stop()
    if process.returncode:
        raise ProgramFailed(f"{' '.join(map(str, command))}\n{output[-4000:]}")
    said = _last_line(output)
    return Run(
        seconds=seconds if whole else said.get("seconds", seconds),
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=max(watch.peak_bytes, usage.ru_maxrss * 1024),
        said=said,
    )


def paired(ours: Callable[[], Run], theirs: Callable[[], Run], pairs: int) -> Pairs:
    """Run both by turns, each time the other one first: what else the machine does in these
    minutes is not one side's alone."""
    first: list[Run] = []
    second: list[Run] = []
    for turn in range(pairs):
        if turn % 2:
            second.append(theirs())
            first.append(ours())
        else:
            first.append(ours())
            second.append(theirs())
    return Pairs(first, second)


def _last_line(output: str) -> Mapping[str, Any]:
    # libraries may have something to say even after that
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            said: Mapping[str, Any] = json.loads(line)
            return said
    return {}


class _Watch(threading.Thread):
    """Looks at the memory of a process and its children until it is stopped."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.peak_bytes = 0

    def run(self) -> None:
        while not self._over.wait(WATCH_SECONDS):
            self.peak_bytes = max(self.peak_bytes, _memory_of(self._pid))

    def stop(self) -> None:
        self._over.set()
        self.join()


def _memory_of(pid: int) -> int:
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0
    return sum(map(_resident, processes))


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
