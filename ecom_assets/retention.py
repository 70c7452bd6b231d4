"""Which of Dagster's runs nobody needs any more: they ended long ago, and no page of a day leads to
them.

With a run Dagster deletes its events. What an asset's page says of a day is the day's last event,
so a run that holds the last word on a day of an asset is kept, however old.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

import dagster as dg

ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
ABOUT_ASSETS = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_OBSERVATION,
    dg.DagsterEventType.ASSET_FAILED_TO_MATERIALIZE,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}
RUNS_DAYS = 365
"""How long ago a run ended that may go, where nobody says otherwise."""
AT_ONCE = 500
"""Runs and events that are asked for at once."""


def prunable_runs(instance: dg.DagsterInstance, before: datetime) -> Iterator[dg.DagsterRun]:
    """The runs that ended before a moment and hold the last word on nothing, the newest first."""
    wanted = dg.RunsFilter(statuses=ENDED, updated_before=before)
    cursor = None
    while runs := instance.get_runs(wanted, cursor=cursor, limit=AT_ONCE):
        yield from (run for run in runs if not _has_last_word(instance, run.run_id))
        cursor = runs[-1].run_id


def delete_runs(instance: dg.DagsterInstance, runs: Sequence[dg.DagsterRun]) -> None:
    """Delete runs with their events and with what they have printed."""
    for run in runs:
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
        instance.delete_run(run.run_id)


def runs_text(runs: Sequence[dg.DagsterRun], before: datetime) -> str:
    """How many runs of which jobs these are, in one sentence."""
    jobs = Counter(run.job_name for run in runs)
    by_job = ", ".join(f"{count:,} of {job}" for job, count in jobs.most_common()) or "none"
    return f"Dagster: {len(runs):,} runs that ended before {before:%Y-%m-%d}: {by_job}."


def _has_last_word(instance: dg.DagsterInstance, run_id: str) -> bool:
    seen = set()
    for key, partition, told_at in _told(instance, run_id):
        if (key, partition) in seen:
            continue
        seen.add((key, partition))
        asked = dg.AssetRecordsFilter(key, asset_partitions=[partition] if partition else None)
        last = instance.fetch_materializations(asked, limit=1).records
        if not last or last[0].timestamp <= told_at:
            return True
    return False


def _told(
    instance: dg.DagsterInstance, run_id: str
) -> Iterator[tuple[dg.AssetKey, str | None, float]]:
    """What a run has told: of which asset, of which of its days, and when."""
    cursor = None
    while True:
        found = instance.get_records_for_run(run_id, cursor, ABOUT_ASSETS, AT_ONCE)
        for record in found.records:
            event = record.event_log_entry.dagster_event
            assert event is not None
            checked = event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
            key = event.asset_check_evaluation_data.asset_key if checked else event.asset_key
            partition = event.asset_check_evaluation_data.partition if checked else event.partition
            if key is not None:
                yield key, partition, record.event_log_entry.timestamp
        if not found.has_more:
            return
        cursor = found.cursor
