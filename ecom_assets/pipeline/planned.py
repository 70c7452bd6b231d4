"""What a plan says, as tables for people and as JSON for programs.

How it is made is in `plan.py`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ecom_assets.partitions import EventDays
from ecom_assets.warehouse.contract import Row


@dataclass(frozen=True)
class Plan:
    """What a replay of some days would change.

    Attributes:
        days: these days.
        lines: per day, kind of change and reasons: how many sales change sides, reason or values.
        sales: what FACT_SALES has and would have, per day and currency; of other days where it
            changes.
        held: per day that is held or would be: why before and after; None: it is not held.
        warnings: per day and rule that only warns: how many clean sales break it, where that
            changes.
        samples: some sales of each kind of change; without values where these are hidden.
        stage_seconds: what staging the copies took.
        publish_seconds: what publishing them took.
        bytes_scanned: by all statements; None where the warehouse does not say.
    """

    days: EventDays
    lines: Sequence[Row]
    sales: Sequence[Row]
    held: Sequence[Row]
    warnings: Sequence[Row]
    samples: Sequence[Row]
    stage_seconds: float
    publish_seconds: float
    bytes_scanned: int | None

    @property
    def changed_sales(self) -> Sequence[Row]:
        """The days and currencies of which a total changes."""
        return [row for row in self.sales if _differs(row, "sales", "units", "revenue")]

    @property
    def changed_days(self) -> Sequence[date]:
        """The days of which anything changes."""
        held = [row for row in self.held if _differs(row, "why")]
        rows = [*self.lines, *self.changed_sales, *held, *self.warnings]
        return sorted({row["event_date"] for row in rows})

    @property
    def summary(self) -> str:
        """What changes, in a sentence or two."""
        if not self.changed_days:
            return f"If {self.days} were replayed now, nothing would change."
        changed = sum(row["sale_rows"] for row in self.lines)
        of_fact = len({row["event_date"] for row in self.changed_sales})
        held = sum(row["why_before"] is None for row in self.held)
        released = sum(row["why_after"] is None for row in self.held)
        days = [f"{_counted(held, 'day')} more would be held"] if held else []
        if released:
            days.append(f"{_counted(released, 'day')} would no longer be held")
        return (
            f"If {self.days} were replayed now, {_counted(changed, 'sale')} would change, and the "
            f"totals of {_counted(of_fact, 'day')} in FACT_SALES; "
            f"{' and '.join(days) or 'the same days would be held'}."
        )

    @property
    def cost(self) -> str:
        """What a replay takes, as far as the plan can say."""
        seconds = self.stage_seconds + self.publish_seconds
        scanned = f" The plan scanned {self.bytes_scanned:,} bytes." if self.bytes_scanned else ""
        return (
            f"A replay takes about {seconds:.1f} seconds: so long the plan took to stage "
            f"({self.stage_seconds:.1f}) and publish ({self.publish_seconds:.1f}) copies.{scanned}"
        )

    def tables(self) -> Mapping[str, Sequence[Row]]:
        """What changes, as tables under their titles."""
        values = ("value_before", "value_after")
        hidden = {n for n in values if all(row[n] is None for row in self.samples)}
        samples = [{n: v for n, v in row.items() if n not in hidden} for row in self.samples]
        found = {
            "Sales that change": self.lines,
            "FACT_SALES": self.changed_sales,
            "Held days": self.held,
            "Rules that only warn": self.warnings,
            "Samples": samples,
        }
        return {title: rows for title, rows in found.items() if rows}

    def json(self) -> str:
        """All of it; days as in ISO 8601, money and units as text."""
        said: dict[str, Any] = asdict(self)
        del said["days"]
        said = {
            "first_day": self.days.first,
            "last_day": self.days.last,
            "changed_days": self.changed_days,
            **said,
        }
        return json.dumps(said, indent=2, ensure_ascii=False, default=_text)


def _differs(row: Row, *names: str) -> bool:
    return any(row[f"{name}_before"] != row[f"{name}_after"] for name in names)


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def _text(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
