"""`make bench`: the project beside its peers; prints ratios, writes `docs/benchmarks.md`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.document import DOCUMENT, read_results, record, render, verdict
from benchmarks.registry import PROJECT_ROOT, Bench, Room
from benchmarks.rows import all_benches

PEERS = PROJECT_ROOT / ".venv-bench/bin/python"


def main() -> None:
    """Measure all rows, or some; exits with 1 when one could not be measured."""
    benches = all_benches()
    names = [bench.name for bench in benches]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data; nothing written")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="ROW")
    parser.add_argument("--peers", type=Path, default=PEERS, help="the Python of the peers")
    parser.add_argument("--page", action="store_true", help="measure nothing; write the page anew")
    chosen = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory(prefix="ecom-bench-") as folder:
        room = Room(Path(folder), quick=chosen.quick, peers=chosen.peers.absolute())
        for bench in (each for each in benches if each.name in chosen.only and not chosen.page):
            failed |= not _measure(bench, room)
    if not chosen.quick:
        DOCUMENT.write_text(render(benches, read_results()), encoding="utf-8")
    sys.exit(failed)


def _measure(bench: Bench, room: Room) -> bool:
    print(f"{bench.name}: {bench.what}\n    beside {bench.beside}", flush=True)
    start = time.monotonic()
    try:
        figures = bench.measure(room)
    except Exception as error:  # the other rows are worth measuring all the same
        print(f"    could not be measured: {type(error).__name__}: {error}", flush=True)
        return False
    for figure in figures:
        print(
            f"    {figure.what}: {figure.ours} to {figure.theirs}, "
            f"{figure.ratio:.2f} × {'' if room.quick else verdict(figure)}",
            flush=True,
        )
    print(f"    ({time.monotonic() - start:.0f} s)", flush=True)
    if not room.quick:
        record(bench, figures)
    return True


if __name__ == "__main__":
    main()
