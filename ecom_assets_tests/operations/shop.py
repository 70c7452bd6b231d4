"""A shop of the tests in a running `dagster dev`: files of its own, and what is published."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import psutil

from ecom_assets_tests.conftest import event, write_lines
from ecom_assets_tests.support.dev_server import DevServer, until

ROWS = 5
"""Good lines of a file."""
QUICK = "ecom_assets_tests.operations.quick"
"""The module of definitions whose sensors do not wait for long."""


class Shop:
    """A `dagster dev` on files of its own.

    Attributes:
        dev: the server.
        folder: the landing zone.
        warehouse: the DuckDB file.
    """

    def __init__(self, dev: DevServer, root: Path) -> None:
        self.dev = dev
        self.folder = root / "landing"
        self.warehouse = root / "warehouse.duckdb"

    def land(self, first: date, days: int, *, rejects: int = 0, name: str = "a") -> None:
        """A file a day, of `ROWS` good lines and some that are no JSON."""
        for day in (first + timedelta(days=n) for n in range(days)):
            good = [event(f"{day}-{name}-{n}", event_ts=str(day)) for n in range(ROWS)]
            write_lines(self.folder / f"dt={day}/{name}.jsonl", [*good, *["no JSON"] * rejects])

    def published(self) -> dict[date, int]:
        """The rows of FACT_SALES by day."""
        rows = self.query("select event_date, count(*) from analytics.fact_sales group by all")
        return dict(rows)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the DuckDB file; waits while a step has it open, or has made no tables yet."""

        def read() -> tuple[list[tuple[Any, ...]]] | None:
            try:
                with duckdb.connect(self.warehouse, read_only=True) as connection:
                    return (connection.execute(sql).fetchall(),)
            except (duckdb.IOException, duckdb.CatalogException):
                return None

        (rows,) = until(read, "the file can be read between steps", pause=0.05) or ([],)
        return rows

    def backfilled(self, *backfill_ids: str, seconds: float = 400) -> list[str]:
        """The statuses of backfills once all have ended."""

        def statuses() -> list[str] | None:
            found = [self.dev.backfill_status(each) for each in backfill_ids]
            over = not {"REQUESTED", "CANCELING", "FAILING"} & set(found)
            return found if over else None

        return until(statuses, "the backfills end", seconds) or []

    def processes(self) -> list[psutil.Process]:
        """The processes that execute runs."""
        children = psutil.Process(self.dev.process.pid).children(recursive=True)
        return [p for p in children if "spawn_main" in " ".join(p.cmdline())]


def days(first: date, count: int) -> set[date]:
    """That many days from the first."""
    return {first + timedelta(days=n) for n in range(count)}
