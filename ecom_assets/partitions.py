"""Event dates as Dagster partitions: one a UTC day, and one run for any range of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import dagster as dg

_TAGS_OF_DAYS = ("dagster/partition", "dagster/asset_partition_range_start")
BACKFILL_POLICY = dg.BackfillPolicy.single_run()
FRESHNESS_POLICY = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)
)
"""A day ends once a day: two hours late is worth a look, half a day late is a failure. Dagster
counts the publication of any day, an old one's too."""


def event_dates(start: date) -> dg.DailyPartitionsDefinition:
    """One partition a UTC day, from `start` to yesterday."""
    return dg.DailyPartitionsDefinition(start_date=start.isoformat(), timezone="UTC")


@dataclass(frozen=True)
class EventDays:
    """The event dates of a run: one day or a range of them, both ends included."""

    first: date
    last: date

    @classmethod
    def of(cls, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Self:
        """The event dates that a run was started for.

        Raises:
            dagster.Failure: it was started without any, as “Execute all” on a page of checks does.
        """
        if not {*_TAGS_OF_DAYS} & set(context.run.tags):
            raise dg.Failure(
                "This run was started without event dates. Choose a day or a range of days under "
                "“Materialize…” on the asset's page; its checks run with it. To run checks alone, "
                "name the days in the Launchpad of the job sales_checks.",
                allow_retries=False,
            )
        keys = context.partition_key_range
        return cls(date.fromisoformat(keys.start), date.fromisoformat(keys.end))

    @property
    def count(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def days(self) -> list[date]:
        """Each of them, in order."""
        return [self.first + timedelta(days=n) for n in range(self.count)]
