"""The project as the benchmarks run it: as shipped, on folders of its own.

`Shop` makes the folders and the environment. As a program it does one thing and says how long it
took, without the start of the interpreter and the import of libraries, which the other side of a
comparison leaves out as well:

    python -m benchmarks.project run FIRST [LAST]    the job `sales` in a Dagster run
    python -m benchmarks.project replay FIRST LAST   the same from RAW on: staging and all after it
    python -m benchmarks.project tick                the arrival sensor, three ticks
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import Run, run
from ecom_assets.generator.day import generate_day
from ecom_assets.settings import PROJECT_ROOT

SEED = 1
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Shop:
    """A landing zone, a warehouse and a Dagster instance, below one folder.

    Attributes:
        root: the folder.
        landing: where the files lie, if not below it.
        start: the first partition.
        memory_limit: for DuckDB.
        mapping: what the files are read by.
    """

    root: Path
    landing: Path
    start: date
    memory_limit: str = ""
    mapping: str = ""

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.root / "warehouse.duckdb"

    def environment(self) -> Mapping[str, str]:
        """The settings of a process, with a Dagster instance as shipped in its own folder."""
        home = self.root / "home"
        home.mkdir(parents=True, exist_ok=True)
        shipped = (PROJECT_ROOT / "dagster.yaml").read_text(encoding="utf-8")
        (home / "dagster.yaml").write_text(
            shipped.replace("data/dagster", str(self.root / "dagster")), encoding="utf-8"
        )
        return {
            "DAGSTER_HOME": str(home),
            "ECOM_LANDING": str(self.landing),
            "ECOM_SOURCE": "external",
            "ECOM_DUCKDB_PATH": str(self.database),
            "ECOM_START_DATE": self.start.isoformat(),
            "ECOM_DUCKDB_MEMORY_LIMIT": self.memory_limit,
            "ECOM_MAPPING": self.mapping,
        }

    def run(self, *arguments: object) -> Run:
        """Start this module's program on it."""
        command = [sys.executable, "-m", "benchmarks.project", *map(str, arguments)]
        return run(command, folder=PROJECT_ROOT, environment=self.environment())


def land_day(landing: Path, day: date, rows: int) -> Path:
    """A generated file of a day; made once."""
    path = landing / f"dt={day}" / "sales.jsonl"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(generate_day(day, seed=SEED, rows=rows))
    return path


def day_range(first: date, days: int) -> Sequence[date]:
    """That many days from the first."""
    return [first + timedelta(days=n) for n in range(days)]


STAGED_AND_AFTER = ("stg_sales_clean", "stg_sales_rejects", "fact_sales")


def run_days(
    first: str, last: str | None = None, selection: Sequence[str] = ()
) -> Mapping[str, Any]:
    """The whole graph, or some assets of it, with all checks, in one run in this process."""
    # what a step imports at its first use is start-up, too
    import dagster as dg
    import duckdb  # noqa: F401
    import pyarrow  # noqa: F401
    import sqlglot  # noqa: F401

    from ecom_assets.definitions import defs

    tags = {"dagster/partition": first}
    if last is not None:
        tags = {
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last,
        }
    job = defs.resolve_job_def("sales")
    with dg.DagsterInstance.get() as instance:
        start = time.perf_counter()
        result = job.execute_in_process(
            instance=instance,
            tags=tags,
            run_config=QUIET,
            asset_selection=[dg.AssetKey(name) for name in selection] or None,
        )
        seconds = time.perf_counter() - start
        steps = instance.get_run_step_stats(result.run_id)
    return {
        "seconds": seconds,
        "steps": {
            step.step_key: round(step.end_time - step.start_time, 2)
            for step in steps
            if step.end_time and step.start_time
        },
    }


def tick(ticks: int = 3) -> Mapping[str, Any]:
    """The arrival sensor; the seconds of its fastest tick, and what that said."""
    import dagster as dg

    from ecom_assets.definitions import defs

    sensor = next(each for each in defs.sensors or [] if each.name == "arrivals")
    landing = (defs.resources or {})["landing"]
    seconds, cursor, said = [], None, ""
    with dg.DagsterInstance.get() as instance:
        for _ in range(ticks):
            context = dg.build_sensor_context(
                instance, cursor=cursor, resources={"landing": landing}
            )
            start = time.perf_counter()
            result = sensor(context)
            seconds.append(time.perf_counter() - start)
            assert isinstance(result, dg.SensorResult)
            said = str(result.skip_reason or result.run_requests)
    return {"seconds": min(seconds), "said": said}


if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    if verb == "tick":
        print(json.dumps(tick()))
    else:
        first, last = arguments[0], arguments[1] if arguments[1:] else None
        print(json.dumps(run_days(first, last, STAGED_AND_AFTER if verb == "replay" else ())))
