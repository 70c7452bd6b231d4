"""`make decide`: what people have decided about bad data, and new decisions.

    python -m ecom_assets.commands.decide
    python -m ecom_assets.commands.decide publish --days 2026-01-05 --who Ann --why "…"

Without a decision it lists those that were made.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial

from rich.console import Console

from ecom_assets.commands.answers import print_table
from ecom_assets.pipeline.decide import (
    KINDS,
    DecisionError,
    Wanted,
    all_decisions,
    decide,
    wanted_days,
)
from ecom_assets.settings import Settings, read_settings_or_exit
from ecom_assets.warehouse.contract import Purpose, Session, WarehouseError


def main(arguments: Sequence[str] | None = None) -> None:
    """List decisions or make one; exits with one sentence where that cannot be."""
    asked = _arguments(arguments)
    settings = read_settings_or_exit()
    from ecom_assets.definitions import warehouse_of  # now that the settings are known to be right

    try:
        wanted = _wanted(asked, settings) if asked.decision else None
        log = partial(print, file=sys.stderr)
        with warehouse_of(settings).session(Purpose("decide", "decide"), log) as session:
            if wanted is None:
                _list(session)
                return
            decided = decide(session, wanted, settings.limits, run_id=None)
    except (WarehouseError, DecisionError) as error:
        sys.exit(f"ecom_assets: {error}")
    print(f"Decision {decided.decision_id}: {decided.effect}.\n{decided.next_step}")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ecom_assets.commands.decide", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("decision", nargs="?", choices=KINDS)
    for name in ("days", "file", "rule", "source", "up-to", "ends", "who", "why"):
        parser.add_argument(f"--{name}", default="")
    return parser.parse_args(arguments)


def _wanted(asked: argparse.Namespace, settings: Settings) -> Wanted:
    try:
        up_to = Decimal(asked.up_to) if asked.up_to else None
    except InvalidOperation:
        raise DecisionError(f"`up_to` is {asked.up_to}: a share such as 0.4 is needed.") from None
    first, _, last = asked.days.partition("..")
    return Wanted(
        decision=asked.decision,
        who=asked.who,
        why=asked.why,
        days=wanted_days(first, last, settings.start_date, settings.time_zone, datetime.now(UTC)),
        file=asked.file,
        rule=asked.rule,
        source=asked.source,
        up_to=up_to,
        ends=asked.ends,
    )


def _list(session: Session) -> None:
    rows = [
        {
            "decision": row["decision_id"],
            "what": row["decision"],
            "days": f"{row['first_day']}"
            + (f"..{row['last_day']}" if row["last_day"] != row["first_day"] else ""),
            "who": row["decided_by"],
            "why": row["why"],
            "effect": row["effect"],
            "state": f"ended by {row['ended_by']}" if row["ended_by"] else "in force",
        }
        for row in all_decisions(session)
    ]
    print_table(Console(highlight=False), "Decisions, the newest first", rows)


if __name__ == "__main__":
    main()
