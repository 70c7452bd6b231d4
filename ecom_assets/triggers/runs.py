"""What Dagster knows of the days: which files were taken in, which runs are or were at work.

Read from the instance alone, through its public calls; neither the landing zone nor the warehouse
is asked, so looking wakes nothing.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from ecom_assets.partitions import EventDays, materializations
from ecom_assets.steps import HELD_DAYS_TAG
from ecom_assets.triggers.plan import PastRun, Request

JOB = "sales"
TAKEN_IN_BY = dg.AssetKey("sales_files")
PUBLISHED_BY = dg.AssetKey("fact_sales")
OF_DAYS = frozenset(
    dg.AssetKey(name)
    for name in ("sales_files", "raw_sales", "stg_sales_clean", "stg_sales_rejects", "fact_sales")
)
"""The assets that have event dates."""

REQUESTED_BY_TAG = "ecom_assets/requested_by"
ATTEMPT_TAG = "ecom_assets/attempt"
ASKED_UP_TO_TAG = "ecom_assets/asked_up_to"
"""On the runs of the schedule `daily`: no day up to here is left for its next firing to ask for."""
WILL_RETRY_TAG = "dagster/will_retry"
"""On failed runs that Dagster itself starts again (`run_retries` in dagster.yaml)."""

REMEMBERED = timedelta(days=7)
"""A failure older than that is not repeated: a person has seen it by then."""
PAST_RUNS = 500
"""Finished runs looked at, newest first: hours of a busy instance, while a failed run's last
attempt comes some minutes after its first."""
FINISHED = frozenset(
    {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
)
LAUNCHED_WITHIN = timedelta(minutes=10)
"""A run that was created and not even queued by then lost its launcher, and will never start."""


def run_request(
    request: Request, requested_by: str, key: str, tags: Mapping[str, str]
) -> dg.RunRequest:
    """A request as Dagster takes it."""
    attempt = {ATTEMPT_TAG: str(request.attempt)} if request.attempt > 1 else {}
    return request.days.request(key, {REQUESTED_BY_TAG: requested_by, **attempt, **tags})


def busy_days(
    instance: dg.DagsterInstance, now: datetime, *, whole_graph: bool = False
) -> set[date]:
    """The days of all unfinished runs, whoever started them; with `whole_graph` only of those that
    take files in and publish them."""
    wanted = all if whole_graph else any
    assets = (TAKEN_IN_BY, PUBLISHED_BY) if whole_graph else OF_DAYS
    unfinished = [status for status in dg.DagsterRunStatus if status not in FINISHED]
    busy: set[date] = set()
    for record in instance.get_run_records(dg.RunsFilter(statuses=unfinished)):
        run = record.dagster_run
        days = EventDays.of_tags(run.tags)
        never_launched = (
            run.status == dg.DagsterRunStatus.NOT_STARTED
            and record.create_timestamp + LAUNCHED_WITHIN < now
        )
        if days and not never_launched and wanted(_has(run, key) for key in assets):
            busy |= set(days.days)
    return busy


def past_runs(instance: dg.DagsterInstance, now: datetime) -> list[PastRun]:
    """The runs of the graph that finished lately, newest first."""
    records = instance.get_run_records(
        dg.RunsFilter(statuses=list(FINISHED), created_after=now - REMEMBERED), limit=PAST_RUNS
    )
    return [run for record in records if (run := _past_run(instance, record))]


def asked_up_to(instance: dg.DagsterInstance) -> date | None:
    """The last day that a firing of the schedule `daily` has asked for, as far as runs tell."""
    records = instance.get_run_records(
        dg.RunsFilter(tags={REQUESTED_BY_TAG: "daily"}), limit=PAST_RUNS
    )
    tags = (record.dagster_run.tags.get(ASKED_UP_TO_TAG) for record in records)
    return max((date.fromisoformat(tag) for tag in tags if tag), default=None)


def taken_in(
    instance: dg.DagsterInstance, touched: Mapping[date, Set[date]]
) -> Mapping[date, tuple[str, int]]:
    """The version of each day's files that a run has last taken in, and that record's id.

    Only a run that went on to FACT_SALES counts, and only if it was for all days that the day's
    files touch: `sales_files` materialized alone loads nothing, and a run for the day alone leaves
    out what its files hold of the days before. A run that was canceled has taken nothing in, nor
    has one that may yet be. In a run for many days, a day's own version is the last that it records
    (`assets/landing.py`).

    Args:
        touched: for each day to look up, the days that its files touch.
    """
    wanted = {day.isoformat(): days for day, days in touched.items()}
    left = set(wanted)
    found: dict[date, tuple[str, int]] = {}
    for records in materializations(instance, TAKEN_IN_BY, left):
        published = _published_by(instance, records)
        for record in records:
            day, materialization = record.partition_key, record.asset_materialization
            if day not in left or materialization is None:
                continue
            # reported by hand: trusted
            if record.run_id in published and not wanted[day] <= published[record.run_id]:
                continue
            left.remove(day)
            version = (materialization.tags or {}).get("dagster/data_version", "")
            found[date.fromisoformat(day)] = (version, record.storage_id)
    return found


def _published_by(
    instance: dg.DagsterInstance, records: Sequence[dg.EventLogRecord]
) -> Mapping[str, Set[date]]:
    """For each of the records' runs the days that it was to publish."""
    run_ids = sorted({record.run_id for record in records if record.run_id})
    if not run_ids:
        return {}
    published: dict[str, Set[date]] = {}
    for record in instance.get_run_records(dg.RunsFilter(run_ids=run_ids)):
        run = record.dagster_run
        days = EventDays.of_tags(run.tags)
        is_over = run.status in FINISHED - {dg.DagsterRunStatus.CANCELED}
        counts = is_over and _has(run, PUBLISHED_BY)
        published[run.run_id] = set(days.days) if days and counts else set()
    return published


def _past_run(instance: dg.DagsterInstance, record: dg.RunRecord) -> PastRun | None:
    run = record.dagster_run
    days = EventDays.of_tags(run.tags)
    if days is None:
        return None
    attempt = run.tags.get(ATTEMPT_TAG, "")
    return PastRun(
        run.run_id,
        days,
        takes_in=_has(run, TAKEN_IN_BY),
        publishes=_has(run, PUBLISHED_BY),
        failed=run.status == dg.DagsterRunStatus.FAILURE
        and HELD_DAYS_TAG not in run.tags
        and run.tags.get(WILL_RETRY_TAG) != "true",
        attempt=int(attempt) if attempt.isdecimal() else 1,
        ended=datetime.fromtimestamp(record.end_time, UTC)
        if record.end_time
        else record.update_timestamp,
        canceled=run.status == dg.DagsterRunStatus.CANCELED,
        held=_held_days(instance, run, days),
    )


def _held_days(instance: dg.DagsterInstance, run: dg.DagsterRun, days: EventDays) -> Set[date]:
    names = run.tags.get(HELD_DAYS_TAG, "").split(", ")
    if "…" not in names:
        return {date.fromisoformat(name) for name in names if name}
    # of more than the tag can name: the days that it has not published
    left = {day.isoformat() for day in days.days}
    published: set[str | None] = set()
    for records in materializations(instance, PUBLISHED_BY, left):
        published |= {record.partition_key for record in records if record.run_id == run.run_id}
        left -= {record.partition_key for record in records if record.partition_key}
    return {day for day in days.days if day.isoformat() not in published}


def _has(run: dg.DagsterRun, key: dg.AssetKey) -> bool:
    # runs of the UI and of backfills name their assets; without a choice a job has all of its own
    return key in run.asset_selection if run.asset_selection else run.job_name == JOB
