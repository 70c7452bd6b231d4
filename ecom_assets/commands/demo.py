"""`make demo`: a week of generated sales through the whole graph, then its answers.

The run is an ordinary Dagster run for a range of days, on the instance that the UI shows.
"""

import logging
import os
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
from rich.console import Console

from ecom_assets.assets.answers import REPORT_FILE
from ecom_assets.commands.answers import print_table
from ecom_assets.pipeline.answer import read_answers
from ecom_assets.report.contents import rejects_by_reason
from ecom_assets.settings import Settings, read_settings_or_exit
from ecom_assets.warehouse.contract import Purpose, Warehouse

DAYS = 7


def main() -> None:
    """Run the demo; exits with 1 when the run failed."""
    settings = read_settings_or_exit()
    console = Console(highlight=False)
    first, last = settings.start_date, settings.start_date + timedelta(days=DAYS - 1)
    console.print(
        f"\n[bold]One run for {first} to {last}[/bold]: files → RAW → STAGING → ANALYTICS\n"
    )
    from ecom_assets.definitions import defs  # now that the settings are known to be right

    ended = _run(first, last)
    if ended != dg.DagsterRunStatus.SUCCESS:
        how = "was canceled" if ended == dg.DagsterRunStatus.CANCELED else "failed"
        console.print(f"\nThe run {how}; `make dev` shows it with its logs.")
        sys.exit(1)
    _show_results((defs.resources or {})["warehouse"], console)
    _show_ways_on(settings, console)


def _run(first: date, last: date) -> dg.DagsterRunStatus:
    with (
        dg.DagsterInstance.get() as instance,
        # not `execute_in_process`, whose runs take notice of no interrupt while a step waits
        dg.execute_job(
            dg.reconstructable(demo_job),
            instance,
            run_config={"loggers": {"progress": {}}},
            tags={
                "dagster/asset_partition_range_start": first.isoformat(),
                "dagster/asset_partition_range_end": last.isoformat(),
            },
        ) as result,
    ):
        run = instance.get_run_by_id(result.run_id)
        return run.status if run else result.dagster_run.status


def demo_job() -> dg.JobDefinition:
    """The job `sales`, which tells its progress on the console."""
    from ecom_assets.definitions import defs

    progress = dg.Definitions(loggers={"progress": _progress(Console(highlight=False))})
    return dg.Definitions.merge(defs, progress).resolve_job_def("sales")


def _progress(console: Console) -> dg.LoggerDefinition:
    """A logger that prints a line when a step ends, and what assets have to say."""
    started: dict[str, float] = {}

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            meta = getattr(record, "dagster_meta", {})
            event, step = meta.get("dagster_event"), str(meta.get("step_key"))
            if event is None:
                text = str(meta.get("orig_message"))
                if record.levelno >= logging.WARNING or text.startswith("waiting for "):
                    console.print(f"    [yellow]{text}[/yellow]")
            elif event.event_type == dg.DagsterEventType.STEP_START:
                started[step] = time.monotonic()
            elif event.event_type == dg.DagsterEventType.STEP_SUCCESS:
                seconds = time.monotonic() - started[step]
                console.print(f"  [green]✓[/green] {step:<20} {seconds:5.1f} s")
            elif event.event_type == dg.DagsterEventType.STEP_FAILURE:
                error = event.step_failure_data.error
                console.print(f"  [red]✗ {step}[/red]  {error.cause or error.cls_name}")

    @dg.logger
    def progress(_context: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("ecom_assets.commands.demo", logging.DEBUG)
        logger.addHandler(Handler())
        return logger

    return progress


def _show_results(warehouse: Warehouse, console: Console) -> None:
    with warehouse.session(Purpose("demo", "demo"), console.print) as session:
        quality = session.read_table("staging.sales_quality")
        rules = session.read_table("staging.sales_quality_rules")
        answers = read_answers(session)
    for question, rows in answers.items():
        print_table(console, question.title, rows)
    print_table(
        console,
        f"Rejected lines: {sum(row['reject_rows'] for row in quality):,} "
        f"of {sum(row['sale_rows'] for row in quality):,}, by reason",
        rejects_by_reason(rules),
    )


def _show_ways_on(settings: Settings, console: Console) -> None:
    landing, tables, reports = (
        os.path.relpath(place) if isinstance(place, Path) else place
        for place in (settings.landing, settings.duckdb_path, settings.reports)
    )
    if settings.snowflake:
        tables = f"Snowflake's database {settings.snowflake.database}"
    console.print(
        f"\nThe files lie in [bold]{landing}[/bold], the tables in [bold]{tables}[/bold].\n"
        f"The answers as a web page with charts: [bold]{reports}/{REPORT_FILE}[/bold]\n"
        "Next: [bold]make dev[/bold] opens the Dagster UI on http://127.0.0.1:3000 with this run "
        "in it.\n"
    )


if __name__ == "__main__":
    main()
