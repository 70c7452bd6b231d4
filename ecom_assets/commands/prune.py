"""`make prune`: delete what nobody needs any more, or say what would be deleted.

    python -m ecom_assets.commands.prune [--versions-days 90] [--runs-days 365] [--apply]

- Of RAW the lines of versions of files that were replaced, or went, so many days ago, and of which
  no row is left in staging or FACT_SALES. The ledger keeps that they were there.
- Of Dagster the runs that ended so many days ago, with their events and logs, but for those that
  hold the last word on a day of an asset.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ecom_assets.pipeline.prune import VERSIONS_DAYS, prunable, prune, versions_text
from ecom_assets.retention import RUNS_DAYS, delete_runs, prunable_runs, runs_text
from ecom_assets.settings import Settings, read_settings_or_exit
from ecom_assets.warehouse.contract import Purpose, WarehouseError


def main(arguments: Sequence[str] | None = None) -> None:
    """Say what may go, and with `--apply` delete it; exits with one sentence where that fails."""
    parser = argparse.ArgumentParser(
        prog="python -m ecom_assets.commands.prune", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--versions-days", type=_days, default=VERSIONS_DAYS)
    parser.add_argument("--runs-days", type=_days, default=RUNS_DAYS)
    parser.add_argument("--apply", action="store_true")
    given = parser.parse_args(arguments)
    settings = read_settings_or_exit()
    now = datetime.now(UTC)
    try:
        _lines(settings, now - timedelta(days=given.versions_days), is_meant=given.apply)
    except WarehouseError as error:
        sys.exit(f"ecom_assets: {error}")
    _runs(now - timedelta(days=given.runs_days), is_meant=given.apply)
    if not given.apply:
        print("Nothing was deleted: APPLY=1 deletes it.")


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 36_500:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number of days, 1 or more")
    return int(text)


def _lines(settings: Settings, before: datetime, *, is_meant: bool) -> None:
    from ecom_assets.definitions import warehouse_of

    purpose = Purpose("prune", "prune", read_only=not is_meant)
    with warehouse_of(settings).session(purpose, print) as session:
        act = prune if is_meant else prunable
        rows = act(session, before.replace(tzinfo=None))
    for row in rows:
        print(
            f"  {row['source_filename']}, replaced {row['superseded_at']:%Y-%m-%d}: "
            f"{row['raw_rows']:,} lines"
        )
    print(versions_text(rows, before))


def _runs(before: datetime, *, is_meant: bool) -> None:
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        runs = [*prunable_runs(instance, before)]
        if is_meant:
            delete_runs(instance, runs)
    print(runs_text(runs, before))


if __name__ == "__main__":
    main()
