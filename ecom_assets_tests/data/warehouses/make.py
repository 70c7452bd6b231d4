"""Makes a warehouse and a Dagster history with the project as it was at an earlier commit.

    git worktree add --detach /tmp/old c1deea7
    PYTHONPATH=/tmp/old python ecom_assets_tests/data/warehouses/make.py c1deea7

The code that runs is that of the commit; this file gives it the files of five days and asks it for
them. It leaves `<commit>.duckdb.gz`, the tables, and `<commit>.history.sql.gz`, what Dagster
has written of runs and assets. Not a test; what it made is what the tests start from.
"""

import gzip
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
GOOD, HELD_LATER, HELD, EMPTY, LAST = (f"2026-01-0{n}" for n in range(2, 7))
VANISHED = (GOOD, "vanished", 12, 0)
AT_FIRST = (
    (GOOD, "a", 24, 2),
    VANISHED,
    (HELD_LATER, "a", 20, 1),
    (HELD, "a", 20, 15),
    (EMPTY, "a", 0, 0),
)
SECOND_FILE = (HELD_LATER, "b", 20, 20)
NEXT_DAY = (LAST, "a", 24, 2)
"""Files: day, name, events, and how many of these have a defect."""
MEMBERS = {
    "category": ("Books", "Toys", "Garden"),
    "country": ("DE", "FR", "AT"),
    "device": ("mobile", "desktop"),
    "marketing_channel": ("email", "search"),
    "payment_method": ("paypal", "card"),
    "currency": ("EUR", "EUR", "USD"),
}
DEFECTS: tuple[dict[str, Any], ...] = (
    {"quantity": "two"},
    {"quantity": -1},
    {"total_amount": None},
    {"event_ts": "yesterday"},
)


def events(day: str, name: str, count: int, defects: int) -> Iterator[str]:
    """Lines of a file: good events, one in three of an order of two, then some with a defect."""
    for n in range(count):
        yield json.dumps(
            {
                "event_id": f"{day}-{name}-{n}",
                "event_ts": f"{day}T{n % 24:02}:30:00Z",
                "order_id": f"order-{day}-{name}-{n - n % 3 // 2}",
                "customer_id": 9_007_199_254_740_993 + n,  # no binary float holds it
                "session_id": f"session-{n}",
                "product_id": 100 + n,
                "quantity": 1 + n % 3,
                "unit_price": 9.99,
                "total_amount": round(9.99 * (1 + n % 3), 2),
                **{key: values[n % len(values)] for key, values in MEMBERS.items()},
                **(DEFECTS[n % len(DEFECTS)] if n < defects else {}),
            }
        )


def main() -> None:
    """Run the earlier project five times, and pack what it made."""
    commit = sys.argv[1]
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        os.environ |= {
            "DAGSTER_HOME": place,
            "ECOM_SOURCE": "external",
            "ECOM_LANDING": str(root / "landing"),
            "ECOM_DUCKDB_PATH": str(root / "w.duckdb"),
            "ECOM_REPORTS": str(root / "reports"),
            "ECOM_START_DATE": "2026-01-01",
        }
        (root / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
        run_days(root / "landing")
        pack(root, commit)


def land(landing: Path, day: str, name: str, count: int, defects: int) -> None:
    """A file of a day."""
    path = landing / f"dt={day}" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in events(day, name, count, defects)))


def land_what_is_left(landing: Path) -> None:
    """All files but the one that has vanished."""
    for file in (*AT_FIRST, SECOND_FILE, NEXT_DAY):
        if file != VANISHED:
            land(landing, *file)


def run_days(landing: Path) -> None:
    """Run the first four days, the one whose second file holds it, and a fifth day."""
    import dagster as dg

    from ecom_assets.definitions import defs

    def run(first: str, last: str) -> None:
        with dg.DagsterInstance.get() as instance:
            defs.resolve_job_def("sales").execute_in_process(
                instance=instance,
                tags={
                    "dagster/asset_partition_range_start": first,
                    "dagster/asset_partition_range_end": last,
                },
                raise_on_error=False,
            )

    for file in AT_FIRST:
        land(landing, *file)
    run(GOOD, EMPTY)
    (landing / f"dt={GOOD}" / "vanished.jsonl").unlink()
    land(landing, *SECOND_FILE)
    run(HELD_LATER, HELD_LATER)
    land(landing, *NEXT_DAY)
    run(LAST, LAST)


def pack(root: Path, commit: str) -> None:
    """The warehouse, and each SQLite file of Dagster's storage as SQL."""
    import duckdb

    import ecom_assets

    with duckdb.connect(root / "w.duckdb") as connection:
        connection.execute("checkpoint")
    (HERE / f"{commit}.duckdb.gz").write_bytes(
        gzip.compress((root / "w.duckdb").read_bytes(), mtime=0)
    )
    parts = []
    for name in ("runs/index.db", "runs.db"):  # not the log of each run
        path = root / "history" / name
        with sqlite3.connect(path) as connection:
            parts.append(f"-- file {path.relative_to(root)}\n" + "\n".join(connection.iterdump()))
    text = "\n".join(parts)
    project = str(Path(ecom_assets.__file__).parent.parent)
    for here, there in ((str(root), "/made"), (sys.prefix, "/venv"), (project, "/project")):
        text = text.replace(here, there)
    (HERE / f"{commit}.history.sql.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
