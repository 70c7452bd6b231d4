"""SQLMesh on DuckDB making the tables from a file of one day: models by time range, with audits.

The project is in `sqlmesh_shop/`: each model is filled by day, the rows are judged once in a table
of their own, and audits say that ids are unique, that clean rows keep the rules and that no line is
lost. The plan is what a first day needs: it makes the tables, fills them and points the views of
`prod` to them.

    python sqlmesh_plan.py FILE DATABASE
"""

import json
import os
import sys
import time
from datetime import date, timedelta
from pathlib import Path

os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "true"

from sqlmesh import Context
from sqlmesh.core.config import (
    Config,
    DuckDBConnectionConfig,
    GatewayConfig,
    ModelDefaultsConfig,
)

PROJECT = Path(__file__).parent / "sqlmesh_shop"


def main(file: Path, database: Path) -> dict[str, float]:
    """Plan and apply; returns the seconds, without imports and the loading of the project."""
    day, folder = file.parent.name.removeprefix("dt="), database.absolute().parent
    gateway = GatewayConfig(
        connection=DuckDBConnectionConfig(database=str(database)),
        state_connection=DuckDBConnectionConfig(database=str(folder / "state.duckdb")),
    )
    config = Config(
        gateways={"duckdb": gateway},
        model_defaults=ModelDefaultsConfig(dialect="duckdb", start=day, cron="@daily"),
        variables={"file": str(file)},
        cache_dir=str(folder / "cache"),
    )
    context = Context(paths=PROJECT, config=config)
    start = time.perf_counter()
    context.plan(
        execution_time=date.fromisoformat(day) + timedelta(days=1), auto_apply=True, no_prompts=True
    )
    return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
