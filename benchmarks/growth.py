"""What grows by how much with each day, for docs/operations.md.

    python -m benchmarks.growth [--days 10] [--rows 2000] [--postgres]

Runs days one by one, each in a process of its own, on folders of its own, and prints a table. What
the first run makes for all that follow is left out. With `--postgres` Dagster's storage is the
database that the variables of deploy/dagster.yaml name; the runs stay in it.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.measure import run
from benchmarks.project import Shop, day_range, land_day
from ecom_assets.settings import PROJECT_ROOT

FIRST = date(2026, 1, 5)


@dataclass(frozen=True)
class Grown:
    """What grows, with the environment that its runs have."""

    shop: Shop
    postgres: bool

    def run_day(self, day: date) -> None:
        """A run for a day, as a shell starts one."""
        given = dict(self.shop.environment())
        if self.postgres:
            shipped = (PROJECT_ROOT / "deploy" / "dagster.yaml").read_text(encoding="utf-8")
            Path(given["DAGSTER_HOME"], "dagster.yaml").write_text(shipped, encoding="utf-8")
            given["DAGSTER_COMPUTE_LOGS"] = str(self.shop.root / "dagster" / "logs")
        dagster = str(Path(sys.executable).with_name("dagster"))
        job = [dagster, "job", "execute", "-m", "ecom_assets.definitions", "-j", "sales"]
        tags = f'{{"dagster/partition": "{day}"}}'
        run([*job, "--tags", tags], folder=PROJECT_ROOT, environment=given)

    def sizes(self) -> Mapping[str, int]:
        """Bytes of each."""
        storage = self.shop.root / "dagster"
        logs = _below(storage / "logs")
        name = "PostgreSQL" if self.postgres else "SQLite"
        return {
            "landing zone": _below(self.shop.landing),
            "warehouse (DuckDB)": _below(self.shop.database),
            f"Dagster's storage ({name})": _database() if self.postgres else _below(storage) - logs,
            "what runs print": logs,
        }


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--rows", type=int, default=2_000, help="events a day")
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        root = Path(folder)
        grown = Grown(Shop(root, root / "landing", FIRST), given.postgres)
        first, *days = day_range(FIRST, given.days + 1)
        land_day(grown.shop.landing, first, given.rows)
        grown.run_day(first)
        before = grown.sizes()
        for day in days:
            land_day(grown.shop.landing, day, given.rows)
            grown.run_day(day)
        after = grown.sizes()
    print(f"| what | kB a one-day run ({given.rows:,} events, {given.days} days) |\n| --- | --- |")
    for name, size in after.items():
        print(f"| {name} | {(size - before[name]) / given.days / 1_000:,.0f} |")


def _below(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _database() -> int:
    import psycopg2  # type: ignore[import-untyped]

    names = {"HOST": "host", "PORT": "port", "DB": "dbname", "USERNAME": "user"}
    place = {key: os.environ[f"DAGSTER_PG_{name}"] for name, key in names.items()}
    password = os.environ["DAGSTER_PG_PASSWORD"]
    with (
        closing(psycopg2.connect(**place, password=password)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("select pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
