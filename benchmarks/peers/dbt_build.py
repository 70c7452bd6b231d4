"""dbt on DuckDB making the tables from a file of one day: incremental models with tests.

The project is in `dbt_shop/`. A day that comes again takes the place of itself (`delete+insert`),
the rows are judged once in a table of their own, and tests say that ids are unique, that clean rows
keep the rules and that no line is lost. `dbt build` runs the models and tests each before what
follows. It is parsed before, as definitions are loaded before a Dagster run.

    python dbt_build.py FILE DATABASE
"""

import json
import os
import sys
import time
from pathlib import Path

import dbt.adapters.duckdb  # noqa: F401
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parent / "dbt_shop"


class BuildFailed(Exception):
    """A model or a test failed."""


def main(file: Path, database: Path) -> dict[str, float]:
    """Build it; returns the seconds, without imports and the parsing of the project."""
    os.environ["SHOP_DATABASE"] = str(database)
    day, folder = file.parent.name.removeprefix("dt="), database.absolute().parent
    arguments = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": folder / "target",
        "--log-path": folder / "logs",
        "--vars": json.dumps({"file": str(file), "day": day}),
    }
    words = [str(part) for pair in arguments.items() for part in pair]
    parsed = dbtRunner().invoke(["parse", *words])
    start = time.perf_counter()
    done = dbtRunner(manifest=parsed.result).invoke(["build", *words])
    seconds = time.perf_counter() - start
    if not done.success:
        raise BuildFailed(str(done.exception or "a model or a test: see above"))
    return {"seconds": seconds}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
