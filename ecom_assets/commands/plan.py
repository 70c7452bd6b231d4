"""`make plan`: what a replay of some days would change, before anything is changed.

    python -m ecom_assets.commands.plan [--days 2026-01-05..2026-01-09] [--format table|json]

Standard output holds the plan and nothing else.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import dagster as dg
from rich.console import Console

from ecom_assets.commands.answers import print_table
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.plan import days_to_plan, plan_days
from ecom_assets.pipeline.planned import Plan
from ecom_assets.settings import Settings, read_settings_or_exit
from ecom_assets.warehouse.contract import Purpose, WarehouseError

ROWS_SHOWN = 40


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the plan; exits with one sentence where there is none to be had."""
    asked = _arguments(arguments)
    settings = read_settings_or_exit()
    from ecom_assets.definitions import warehouse_of  # now that the settings are known to be right

    log = partial(print, file=sys.stderr)
    try:
        named = _named_days(asked.days, settings)
        first, last = (named.first, named.last) if named else (None, None)
        purpose = Purpose("plan", "plan", first, last, read_only=True)
        with warehouse_of(settings).session(purpose, log) as session:
            days = days_to_plan(session, named, settings.limits)
            plan = plan_days(session, days, settings.limits, log=log)
    except dg.Failure as error:
        sys.exit(f"ecom_assets: {error.description}")
    except WarehouseError as error:
        sys.exit(f"ecom_assets: {error}")
    if asked.format == "json":
        print(plan.json())
    else:
        _print(plan)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ecom_assets.commands.plan", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--days", default="", help="a day, or two with .. between; by default all")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    return parser.parse_args(arguments)


def _named_days(text: str, settings: Settings) -> EventDays | None:
    if not text:
        return None
    first, dots, last = text.partition("..")
    last = last if dots else first
    now = datetime.now(UTC)
    return EventDays.named(first, last, settings.start_date, settings.time_zone, now)


def _print(plan: Plan) -> None:
    console = Console(file=sys.stdout, highlight=False)
    console.print(plan.summary, style="bold", markup=False)
    for title, rows in plan.tables().items():
        print_table(console, title, rows, most=ROWS_SHOWN)
    console.print(f"\n{plan.cost}", markup=False)


if __name__ == "__main__":
    main()
