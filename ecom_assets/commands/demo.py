"""`make demo`: the last seven days of generated sales through the whole graph, then its answers.

The run is an ordinary Dagster run for a range of days, on the instance that the UI shows.
"""

import logging
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from rich.console import Console

from ecom_assets.assets.answers import REPORT_FILE
from ecom_assets.commands.answers import print_table
from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.zone import LandingError
from ecom_assets.partitions import EventDays, existing_days
from ecom_assets.pipeline.answer import read_answers
from ecom_assets.report.contents import rejects_by_reason
from ecom_assets.settings import (
    DEFAULT_START,
    Settings,
    keep_first_day,
    read_settings_or_exit,
)
from ecom_assets.warehouse.contract import Purpose, Warehouse

DAYS = 7


def main() -> None:
    """Run the demo; exits with 1 when the run failed."""
    settings = read_settings_or_exit()
    # what a step prints goes to its log in the UI
    console = Console(file=os.fdopen(os.dup(1), "w"), highlight=False)
    days = _last_days(settings)
    if _begin_with(days, settings):
        console.print(
            f"\nThe first partition is {days.first} from now on; ECOM_START_DATE sets another. "
            "A UI that is running has to be started again."
        )
    console.print(f"\n[bold]One run for {days}[/bold]: files → RAW → STAGING → ANALYTICS\n")
    from ecom_assets.commands.ui_run import run_as_the_ui_does
    from ecom_assets.definitions import defs  # now that the settings are known to be right

    with dg.DagsterInstance.get() as instance:
        ended = run_as_the_ui_does(instance, "sales", days.range_tags, _progress(console))
    if ended != dg.DagsterRunStatus.SUCCESS:
        how = "was canceled" if ended == dg.DagsterRunStatus.CANCELED else "failed"
        console.print(f"\nThe run {how}; `make dev` shows it with its logs.")
        sys.exit(1)
    _show_results((defs.resources or {})["warehouse"], console)
    _show_ways_on(settings, console)


def _last_days(settings: Settings) -> EventDays:
    """The last seven days that are over, or those of them that there are; exits with one sentence
    where there are none, or nothing may be generated."""
    if settings.source != "synthetic":
        sys.exit(
            "ecom_assets: ECOM_SOURCE is external, but the demo generates the files of its days. "
            "Set ECOM_SOURCE=synthetic for it, or materialize days of your own in `make dev`."
        )
    there_are = existing_days(settings.start_date, settings.time_zone, datetime.now(UTC))
    if there_are is None:
        sys.exit(
            f"ecom_assets: ECOM_START_DATE holds {settings.start_date}, but the demo takes the "
            f"last {DAYS} days that are over ({settings.time_zone}): set it to an earlier date, or "
            "leave it out."
        )
    first = max(there_are.first, there_are.last - timedelta(days=DAYS - 1))
    return EventDays(first, there_are.last)


def _begin_with(days: EventDays, settings: Settings) -> bool:
    """Let the partitions begin with the demo's first day, where nobody has set when they do and
    there are no files of earlier days: else all the days before would be missing.

    Returns: whether they did not before.
    """
    if settings.start_date != DEFAULT_START or not isinstance(settings.landing, Path):
        return False
    before = days.first - timedelta(days=1)
    zone = FolderZone(settings.landing, "ECOM_LANDING")
    try:
        if settings.start_date >= days.first or zone.list_files(settings.start_date, before):
            return False
    except LandingError as error:
        sys.exit(f"ecom_assets: {error}")
    keep_first_day(settings.landing, days.first)
    return True


def _progress(console: Console) -> Callable[[dg.EventLogEntry], None]:
    """Prints a line when a step ends, and what assets have to say."""
    started: dict[str, float] = {}

    def listen(entry: dg.EventLogEntry) -> None:
        event, step = entry.dagster_event, str(entry.step_key)
        if event is None:
            text = entry.user_message
            if int(entry.level) >= logging.WARNING or text.startswith("waiting for "):
                console.print(f"    [yellow]{text}[/yellow]")
        elif event.event_type == dg.DagsterEventType.STEP_START:
            started[step] = time.monotonic()
        elif event.event_type == dg.DagsterEventType.STEP_SUCCESS:
            seconds = time.monotonic() - started[step]
            console.print(f"  [green]✓[/green] {step:<20} {seconds:5.1f} s")
        elif event.event_type == dg.DagsterEventType.STEP_FAILURE:
            error = event.step_failure_data.error
            why = (error.cause or error).message.strip() if error else "failed"
            console.print(f"  [red]✗ {step}[/red]  {why}")

    return listen


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
