"""A look at the landing zone and at Dagster's records: which days to ask for, which wait, and why.

The one place that the sensor `arrivals`, the schedule `daily` and the digest have this from. What
Dagster knows is read in `runs.py`, what to ask for is decided in `plan.py`.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from ecom_assets.landing.zone import LandedFile, LandingZone, manifest_version
from ecom_assets.partitions import EventDays, days_text
from ecom_assets.settings import Settings
from ecom_assets.triggers import plan, runs

DAYS_A_TICK = 366
"""Older days a look takes in, so that a run is never for much more than a year. Dagster's records
of so many days are read in some tenths of a second."""
OBSERVATIONS_READ = 1_000
"""Of the days that wait: some for each, unless they are a year's."""


@dataclass(frozen=True)
class Pieces:
    """What to look at.

    Attributes:
        hot_days: the last days; all of these.
        next_day: where to begin with the older ones; None: with the first.
        files: about how many of their files.
    """

    hot_days: int
    next_day: date | None
    files: int


@dataclass(frozen=True)
class Look:
    """What a tick has looked at.

    Attributes:
        pieces: the days looked at, as ranges.
        next_day: where the next tick goes on with older days.
        others: the names of files of another suffix in these days' folders.
    """

    files: Sequence[LandedFile]
    pieces: Sequence[EventDays]
    next_day: date | None
    others: Sequence[str]

    @property
    def days(self) -> set[date]:
        """The days looked at, with files or without."""
        return {day for piece in self.pieces for day in piece.days}


def look_at(landing: LandingZone, partitions: EventDays, pieces: Pieces) -> Look:
    """The files of the last days, and of the next piece of the older ones."""
    hot = EventDays(
        max(partitions.first, partitions.last - timedelta(days=pieces.hot_days - 1)),
        partitions.last,
    )
    hot_scan = landing.scan(hot.first, hot.last, math.inf)
    last_old = hot.first - timedelta(days=1)
    first = max(partitions.first, pieces.next_day or partitions.first)
    if first > last_old:
        first = partitions.first
    if first > last_old:  # there are no older days
        return Look(hot_scan.files, [hot], None, hot_scan.others)
    last = min(last_old, first + timedelta(days=DAYS_A_TICK - 1))
    scan = landing.scan(first, last, pieces.files)
    upto = scan.next_day - timedelta(days=1) if scan.next_day else last
    next_day = upto + timedelta(days=1)
    return Look(
        [*scan.files, *hot_scan.files],
        [EventDays(first, upto), hot],
        next_day if next_day <= last_old else None,
        [*scan.others, *hot_scan.others],
    )


@dataclass(frozen=True)
class Survey:
    """What was found: the files, what Dagster has recorded of each day that has any, and what to
    ask for."""

    look: Look
    files: Mapping[date, plan.DayFiles]
    plan: plan.Plan


def survey(
    instance: dg.DagsterInstance,
    landing: LandingZone,
    settings: Settings,
    partitions: EventDays,
    now: datetime,
    pieces: Pieces,
    *,
    asked: Mapping[date, str] | None = None,
    due: Set[date] = frozenset(),
    whole_graph: bool = False,
) -> Survey:
    """Look, and decide what to ask for.

    Args:
        partitions: the days that there are.
        now: with a zone.
        asked: in which version days were asked for that no run has taken in yet.
        due: days to ask for all the same, with files or without.
        whole_graph: wait for no other runs than those of the whole graph.

    Raises:
        LandingError: the landing zone cannot be read.
    """
    # before the files: a run that ends meanwhile leaves its days to the next look
    busy = runs.busy_days(instance, now, whole_graph=whole_graph)
    past = runs.past_runs(instance, now)
    look = look_at(landing, partitions, pieces)
    # a run fills the days before with generated batches, which hold no late events
    must_cover = settings.late_days if settings.source == "external" else 0
    batches: dict[date, list[LandedFile]] = defaultdict(list)
    for file in look.files:
        batches[file.day].append(file)
    taken = runs.taken_in(
        instance, {day: plan.touched_by(day, must_cover, partitions) for day in batches}
    )
    files = {}
    for day, batch in batches.items():
        newest = max(file.last_modified for file in batch).replace(tzinfo=UTC)
        # a time far in the future comes from a wrong clock
        is_settled = abs((now - newest).total_seconds()) >= landing.settle_seconds
        version, record = taken.get(day, (None, 0))
        files[day] = plan.DayFiles(manifest_version(batch), version, record, is_settled)
    planned = plan.plan_requests(
        plan.changed_days(files, asked or {}) | due,
        files,
        past,
        busy,
        partitions=partitions,
        late_days=settings.late_days,
        now=now,
    )
    return Survey(look, files, planned)


def report(found: Survey) -> str:
    """What a survey came to, in one sentence."""
    look = found.look
    started = ", ".join(str(request.days) for request in found.plan.requests)
    parts = [
        f"{len(look.days)} days looked at ({' and '.join(map(str, look.pieces))}), "
        f"{len(look.files):,} files: "
        + (f"to materialize {started}" if started else "nothing to start")
    ]
    parts += [f"{len(of)} {why} ({days_text(of)})" for why, of in found.plan.waiting.items()]
    return ", ".join(parts)


def new_observations(
    instance: dg.DagsterInstance, planned: plan.Plan
) -> Sequence[dg.AssetObservation]:
    """What the page of `sales_files` does not show yet of days that wait because of a finished run.

    Days that wait for a run at work, or for a writer, are left out: they wait for minutes.
    """
    waits = {
        day.isoformat(): {"waits": str(why), "because of run": planned.runs[day]}
        for why, days in planned.waiting.items()
        for day in days
        if day in planned.runs
    }
    observed: dict[str | None, dict[str, object]] = {}
    if waits:
        of_days = dg.AssetRecordsFilter(runs.TAKEN_IN_BY, asset_partitions=sorted(waits))
        newest_first = instance.fetch_observations(of_days, limit=OBSERVATIONS_READ).records
        for record in reversed(newest_first):
            if record.asset_observation:
                metadata = record.asset_observation.metadata
                observed[record.partition_key] = {name: v.value for name, v in metadata.items()}
    return [
        dg.AssetObservation(runs.TAKEN_IN_BY, partition=day, metadata=wait)
        for day, wait in sorted(waits.items())
        if observed.get(day) != wait
    ]
