"""`docs/benchmarks.md`, made of the registry and of what was measured last (`results.json`).

Each row keeps its own date, machine and versions, so that one row can be measured again alone.
"""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.registry import PROJECT_ROOT, Bench, Figure

RESULTS = Path(__file__).parent / "results.json"
DOCUMENT = PROJECT_ROOT / "docs" / "benchmarks.md"

OPENING = """\
# Benchmarks

The project beside what a user would pick instead, and beside the floor. `make bench` measures all
of it in one run on one machine and writes this page; `make bench ONLY=name` measures one row again,
`make bench QUICK=1` a tenth of everything, in some minutes, and writes nothing.

A **reach** is an aim, set by the authors: how much more time or memory than the other side the
project may take (≤), or how many times faster it should be (≥). **Missed** says that it is not so:
nothing is wrong with the results, and further down stands what it means for you. A row without a
reach is there to be read beside the others: its ratio is the project's value over the other's, and
further down stands what you gain or pay. All of it was measured on one machine, of the kind that
each row names; on yours it will be other seconds, and other ratios.

Each ratio is the median over pairs of runs, and so not the quotient of the two columns beside it,
which are medians of their own. The two sides run by turns, as programs of their own. Peak memory is
that of a program and its children. The peers are in `benchmarks/peers`, with what they need in
`benchmarks/requirements.lock`, each as well tuned as its authors' documentation tells.
"""


def machine() -> str:
    """The machine, as far as it matters here."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}"


def versions() -> str:
    """What is measured, by version."""
    names = ("dagster", "duckdb", "sqlglot", "pyarrow")
    return ", ".join(
        [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in names)]
    )


def read_results() -> dict[str, Any]:
    """What was measured last, by the name of the row."""
    if not RESULTS.exists():
        return {}
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return results


def record(bench: Bench, figures: Sequence[Figure]) -> None:
    """Keep a row's figures."""
    results = read_results()
    results[bench.name] = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "figures": [asdict(figure) for figure in figures],
    }
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def render(benches: Sequence[Bench], results: Mapping[str, Any]) -> str:
    """The page."""
    rows = [row for bench in benches for row in _rows(bench, results.get(bench.name))]
    return "\n".join(
        [
            OPENING,
            "| what | beside | measured | project | other | ratio | reach | |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "## How each row is measured, and what bounds it",
            "",
            *(line for bench in benches for line in _notes(bench, results.get(bench.name))),
        ]
    )


def figures_of(result: Mapping[str, Any] | None) -> list[Figure]:
    """The figures of a row, as they were recorded."""
    return [Figure(**figure) for figure in result["figures"]] if result else []


def verdict(figure: Figure) -> str:
    """Whether it is as it should be, in a word."""
    return {None: "", True: "reached", False: "**missed**"}[figure.reached]


def _rows(bench: Bench, result: Mapping[str, Any] | None) -> Sequence[str]:
    start = f"| {bench.what} | {bench.beside} |"
    if result is None:
        return [f"{start} not measured yet | | | | {bench.reach} | |"]
    rows = []
    for figure in figures_of(result):
        reach = ""
        if figure.reach is not None:
            reach = f"{'≤' if figure.at == 'most' else '≥'} {figure.reach:g} ×"
        rows.append(
            f"{start} {figure.what} | {figure.ours} | {figure.theirs} | {figure.ratio:.2f} × | "
            f"{reach} | {verdict(figure)} |"
        )
        start = "| | |"
    return rows


def _notes(bench: Bench, result: Mapping[str, Any] | None) -> Sequence[str]:
    lines = [f"### `make bench ONLY={bench.name}`", "", bench.how]
    figures = figures_of(result)
    missed = any(figure.reached is False for figure in figures)
    # a reach that is reached says enough
    if missed or (bench.means and all(figure.reach is None for figure in figures)):
        lines += ["", f"What {'the miss' if missed else 'it'} means for you: {bench.means}"]
        lines += ["", f"What bounds it: {bench.bound}"] if bench.bound else []
    if result:
        said = f"{result['date']} · {result['machine']} · {result['versions']}"
        lines += ["", f"Measured: {said}"]
    return [*lines, ""]
