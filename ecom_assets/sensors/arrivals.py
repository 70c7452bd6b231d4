"""The sensor that finds new, late and rewritten files and asks for the days they touch.

What is known of a day is what Dagster has recorded of its last run, so nothing is missed or done
twice when the sensor is off for a while. A tick looks at the last days and at a piece of the older
ones; its cursor says where the next piece begins. What to ask for is decided in `plan.py`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from ecom_assets.landing.zone import LandedFile, LandingZone, manifest_version
from ecom_assets.partitions import EventDays, existing_days
from ecom_assets.sensors import plan, runs
from ecom_assets.settings import Source

INTERVAL_SECONDS = 60
HOT_DAYS = 3
"""Days up to yesterday that every tick looks at, beside the days that may still get late files."""
FILES_A_TICK = 10_000
"""Older files a tick looks at: ten requests to S3, or some tenths of a second on a local disk."""
DAYS_A_TICK = 366
"""Older days a tick looks at, so that a run is never for much more than a year. Dagster's records
of so many days are read in some tenths of a second."""
PAUSES = (timedelta(minutes=1), timedelta(minutes=10))
"""How long after its first and second failure a day is asked for again; the third is the last."""

DESCRIPTION = f"""\
Looks for new, late and rewritten files and materializes the days they touch.

Switched on, it looks every {INTERVAL_SECONDS} seconds at the last days, and piece by piece at all
older ones, and starts one run of the job {runs.JOB} for each range of days whose files changed
(with the ECOM_LATE_DAYS days before, whose late events they may hold). The first time that is
every day that has files and was never materialized. A day waits while a run is at work on it or a
file is still being written. A failed run is repeated, up to {len(PAUSES) + 1} attempts in all; one
that failed because days were held is not: they wait for you. The warehouse is not asked anything.

Switched off, files wait until somebody materializes their day."""


def build_arrivals(
    start: date,
    late_days: int,
    source: Source,
    *,
    pauses: Sequence[timedelta] = PAUSES,
    files_a_tick: int = FILES_A_TICK,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dg.SensorDefinition:
    """The sensor `arrivals`.

    Args:
        start: the first partition.
        late_days: how many days before its file's day an event's may be.
        source: whether days without files get a generated batch.
        pauses: how long to wait after each failure of a day but the last.
        files_a_tick: about how many older files to look at in a tick.
        clock: the time, with a zone.
    """

    @dg.sensor(
        name="arrivals",
        job_name=runs.JOB,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description=DESCRIPTION,
    )
    def arrivals(
        context: dg.SensorEvaluationContext, landing: dg.ResourceParam[LandingZone]
    ) -> dg.SensorResult | dg.SkipReason:
        now = clock()
        partitions = existing_days(start, now)
        if partitions is None:
            return dg.SkipReason(f"The first event date, {start}, is not over yet.")
        cursor = Cursor.read(context.cursor)
        # before the files: a run that ends meanwhile leaves its days to the next tick
        busy = runs.busy_days(context.instance, now)
        past = runs.past_runs(context.instance, now)
        look = look_at(landing, partitions, cursor, HOT_DAYS + late_days, files_a_tick)
        # a run fills the days before with generated batches, which hold no late events
        must_cover = late_days if source == "external" else 0
        batches = by_day(look.files)
        taken = runs.taken_in(
            context.instance,
            {day: plan.touched_by(day, must_cover, partitions) for day in batches},
        )
        files = {
            day: day_files(batch, taken.get(day), landing.settle_seconds, now)
            for day, batch in batches.items()
        }
        planned = plan.plan_requests(
            plan.changed_days(files, cursor.asked),
            files,
            past,
            busy,
            partitions=partitions,
            late_days=late_days,
            now=now,
            pauses=pauses,
        )
        said = report(look, planned)
        if planned.requests:
            # A tick's log is a file that outlives the tick; one that starts nothing says the same
            # where it says why.
            context.log.info(said)
        asked = plan.remembered(cursor.asked, planned, files, look.days)
        return dg.SensorResult(
            run_requests=[run_request(request) for request in planned.requests],
            skip_reason=None if planned.requests else dg.SkipReason(said),
            cursor=Cursor(look.next_day, asked).write(),
        )

    return arrivals


@dataclass(frozen=True)
class Cursor:
    """What a tick leaves to the next.

    Attributes:
        next_day: where to go on looking at older days.
        asked: the version in which a day was asked for, until a run has taken it in.
    """

    next_day: date | None
    asked: Mapping[date, str]

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor of the last tick; a fresh one looks at everything again."""
        said = json.loads(text or "{}")
        next_day = said.get("next_day")
        return cls(
            date.fromisoformat(next_day) if next_day else None,
            {date.fromisoformat(day): version for day, version in said.get("asked", {}).items()},
        )

    def write(self) -> str:
        """As text."""
        asked = {day.isoformat(): version for day, version in sorted(self.asked.items())}
        return json.dumps(
            {"next_day": str(self.next_day) if self.next_day else None, "asked": asked}
        )


@dataclass(frozen=True)
class Look:
    """What a tick has looked at.

    Attributes:
        pieces: the days looked at, as ranges.
        next_day: where the next tick goes on with older days.
    """

    files: Sequence[LandedFile]
    pieces: Sequence[EventDays]
    next_day: date | None

    @property
    def days(self) -> set[date]:
        """The days looked at, with files or without."""
        return {day for piece in self.pieces for day in piece.days}


def look_at(
    landing: LandingZone, partitions: EventDays, cursor: Cursor, hot_days: int, files_a_tick: int
) -> Look:
    """The files of the last days, and of the next piece of the older ones."""
    hot = EventDays(
        max(partitions.first, partitions.last - timedelta(days=hot_days - 1)), partitions.last
    )
    files = list(landing.list_files(hot.first, hot.last))
    last_old = hot.first - timedelta(days=1)
    first = max(partitions.first, cursor.next_day or partitions.first)
    if first > last_old:
        first = partitions.first
    if first > last_old:  # there are no older days
        return Look(files, [hot], None)
    last = min(last_old, first + timedelta(days=DAYS_A_TICK - 1))
    scan = landing.scan(first, last, files_a_tick)
    upto = scan.next_day - timedelta(days=1) if scan.next_day else last
    next_day = upto + timedelta(days=1)
    return Look(
        [*scan.files, *files],
        [EventDays(first, upto), hot],
        next_day if next_day <= last_old else None,
    )


def by_day(files: Iterable[LandedFile]) -> dict[date, list[LandedFile]]:
    """The files of each day that has any."""
    found: dict[date, list[LandedFile]] = {}
    for file in files:
        found.setdefault(file.day, []).append(file)
    return found


def day_files(
    batch: Sequence[LandedFile], taken: tuple[str, int] | None, settle_seconds: int, now: datetime
) -> plan.DayFiles:
    """A day's files, with what Dagster knows of them."""
    version, record = taken or (None, 0)
    newest = max(file.last_modified for file in batch).replace(tzinfo=UTC)
    # a time far in the future is a wrong clock's, and says nothing
    settled = abs((now - newest).total_seconds()) >= settle_seconds
    return plan.DayFiles(manifest_version(batch), version, record, settled)


def run_request(request: plan.Request) -> dg.RunRequest:
    """The request as Dagster takes it."""
    again = {runs.ATTEMPT_TAG: str(request.attempt)} if request.attempt > 1 else {}
    why = "failed_run" if again else "new_files"
    return request.days.request(request.key, {runs.REQUESTED_BY_TAG: why, **again})


def report(look: Look, planned: plan.Plan) -> str:
    """What a tick saw, in one sentence."""
    started = ", ".join(str(request.days) for request in planned.requests)
    others = (
        (planned.written, "being written"),
        (planned.busy, "in an unfinished run"),
        (planned.paused, "to be tried again later"),
        (planned.given_up, "given up after failures"),
    )
    return ", ".join(
        [
            f"{len(look.days)} days looked at ({' and '.join(map(str, look.pieces))}), "
            f"{len(look.files):,} files: "
            + (f"to materialize {started}" if started else "nothing to start"),
            *(f"{len(days)} {what}" for days, what in others if days),
        ]
    )
