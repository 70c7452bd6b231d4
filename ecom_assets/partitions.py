"""Event dates as Dagster partitions: one a day of the shop, and one run for any range of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import dagster as dg

_ONE_DAY = "dagster/partition"
_FIRST_DAY = "dagster/asset_partition_range_start"
_LAST_DAY = "dagster/asset_partition_range_end"
PAGE_OF_MATERIALIZATIONS = 500
RANGES_SHOWN = 6
"""As many as fit a message beside links and a sample."""
BACKFILL_POLICY = dg.BackfillPolicy.single_run()
FRESHNESS_POLICY = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)
)
"""A day ends once a day: two hours late is worth a look, half a day late is a failure. Dagster
counts the publication of any day, an old one's too."""


def event_dates(start: date, time_zone: str) -> dg.DailyPartitionsDefinition:
    """One partition a day in a time zone, from `start` to yesterday."""
    return dg.DailyPartitionsDefinition(start_date=start.isoformat(), timezone=time_zone)


def existing_days(start: date, time_zone: str, now: datetime) -> "EventDays | None":
    """All partitions that there are at that moment, from `start` to yesterday, if there is one."""
    yesterday = now.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=1)
    return EventDays(start, yesterday) if start <= yesterday else None


@dataclass(frozen=True)
class EventDays:
    """The event dates of a run: one day or a range of them, both ends included."""

    first: date
    last: date

    @classmethod
    def of(cls, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Self:
        """The event dates that a run was started for.

        Raises:
            dagster.Failure: it was started without any, as “Execute all” on a page of checks does,
                or for days that cannot be. Dagster starts such a run as it is told to.
        """
        if not {_ONE_DAY, _FIRST_DAY} & set(context.run.tags):
            raise dg.Failure(
                "This run was started without event dates. Choose a day or a range of days under "
                "“Materialize…” on the asset's page; its checks run with it. To run checks alone, "
                "name the days in the Launchpad of the job sales_checks.",
                allow_retries=False,
            )
        tags = context.run.tags
        first, last = (tags.get(end) or tags.get(_ONE_DAY, "") for end in (_FIRST_DAY, _LAST_DAY))
        return cls.named(first, last, *start_of(context), datetime.now(UTC))

    @classmethod
    def between(cls, first: str, last: str) -> Self:
        """The days from one to another, such as `2026-01-05`.

        Raises:
            ValueError: these are no dates, or come in the wrong order; the text says which.
        """
        try:
            days = cls(date.fromisoformat(first), date.fromisoformat(last))
        except ValueError:
            raise ValueError("these must be dates such as 2026-01-05") from None
        if days.last < days.first:
            raise ValueError("the earlier day must come first")
        return days

    @classmethod
    def named(cls, first: str, last: str, start: date, time_zone: str, now: datetime) -> Self:
        """The event dates that somebody has named, such as `2026-01-05`; there are those from
        `start` to the day before `now` in a time zone.

        Raises:
            dagster.Failure: these are no dates, come in the wrong order, or are outside of what
                there is.
        """
        wanted = first if first == last else f"{first or '(nothing)'} to {last or '(nothing)'}"
        try:
            days = cls.between(first, last)
        except ValueError as error:
            raise _impossible(wanted, str(error)) from None
        there_are = existing_days(start, time_zone, now)
        if there_are is None:
            raise _impossible(wanted, f"the first event date, {start}, is not over yet")
        if days.first < there_are.first or days.last > there_are.last:
            raise _impossible(
                wanted, f"the event dates are {there_are}, up to yesterday ({time_zone})"
            )
        return days

    @classmethod
    def of_tags(cls, tags: Mapping[str, str]) -> Self | None:
        """The event dates in a run's tags; None: it is for no dates, or not for days."""
        try:
            first = date.fromisoformat(tags.get(_FIRST_DAY) or tags[_ONE_DAY])
            return cls(first, date.fromisoformat(tags.get(_LAST_DAY) or tags[_ONE_DAY]))
        except (KeyError, ValueError):
            return None

    def request(self, run_key: str | None, tags: Mapping[str, str]) -> dg.RunRequest:
        """A request for one run of these days."""
        if self.count == 1:
            return dg.RunRequest(run_key, partition_key=self.first.isoformat(), tags=tags)
        return dg.RunRequest(run_key, tags={**self.range_tags, **tags})

    @property
    def range_tags(self) -> dict[str, str]:
        """The tags of one run for all of them."""
        return {_FIRST_DAY: self.first.isoformat(), _LAST_DAY: self.last.isoformat()}

    def __str__(self) -> str:
        return f"{self.first}" if self.count == 1 else f"{self.first} to {self.last}"

    @property
    def count(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def bounds(self) -> dict[str, date]:
        """Their ends, by the names that they have in SQL files."""
        return {"first_day": self.first, "last_day": self.last}

    @property
    def days(self) -> list[date]:
        """Each of them, in order."""
        return [self.first + timedelta(days=n) for n in range(self.count)]


def start_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> tuple[date, str]:
    """The first partition of the graph that a step belongs to, and the time zone of all."""
    graph = context.job_def.asset_layer.asset_graph
    return min(
        (partitions.start.date(), partitions.timezone)
        for partitions in graph.all_partitions_defs
        if isinstance(partitions, dg.DailyPartitionsDefinition)
    )


def _impossible(wanted: str, why: str) -> dg.Failure:
    return dg.Failure(
        f"This run was started for {wanted}, but {why}: nothing was read or written. Start it "
        "again for other days.",
        allow_retries=False,
    )


def ranges(days: Iterable[date]) -> list[EventDays]:
    """These days as ranges, each as long as it can be, in order."""
    found: list[EventDays] = []
    for day in sorted(set(days)):
        if found and found[-1].last + timedelta(days=1) == day:
            found[-1] = EventDays(found[-1].first, day)
        else:
            found.append(EventDays(day, day))
    return found


def days_text(days: Iterable[date]) -> str:
    """These days for people: as ranges, and not more of these than fit a message."""
    found = ranges(days)
    shown = [str(part) for part in found[:RANGES_SHOWN]]
    return ", ".join([*shown, "…"] if len(found) > RANGES_SHOWN else shown)


def materializations(
    instance: dg.DagsterInstance, asset: dg.AssetKey, wanted: Set[str]
) -> Iterator[Sequence[dg.EventLogRecord]]:
    """Pages of the materializations of the wanted days of an asset, newest first. A day that the
    caller takes out of these is on no later page; when none is left there is no next page."""
    cursor: str | None = None
    while wanted:
        page = instance.fetch_materializations(
            dg.AssetRecordsFilter(asset, asset_partitions=sorted(wanted)),
            limit=PAGE_OF_MATERIALIZATIONS,
            cursor=cursor,
        )
        yield page.records
        if not page.has_more:
            return
        cursor = page.cursor
