"""Reading check evaluations and failures of runs in the order in which Dagster stored them.

Dagster 1.13 has no public way for evaluations: what is public answers for one check at a time and
newest first, and the SQLite storage refuses an integer cursor, because it keeps a file of events
for each run. But its common index has evaluations and ends of runs as well. So the base class is
asked, which reads that index, as SQLite's own `fetch_run_status_changes` does; PostgreSQL has one
table anyway. The private name stands here alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import dagster as dg

from ecom_assets.alerts.outcomes import Evaluation, Outcome

EVENTS_A_BATCH = {
    dg.DagsterEventType.ASSET_CHECK_EVALUATION: 1_000,
    dg.DagsterEventType.RUN_FAILURE: 50,
}
"""Evaluations are read and sorted in a fraction of a second, and ten ticks, which are five minutes,
deal with a backlog of 10,000. A failure costs a look at its run's log."""
SETTLED_AFTER = timedelta(seconds=5)
"""On PostgreSQL an event gets its number before its transaction ends, so a lower number may appear
after a higher one. Nothing is read past an event younger than this, which is far longer than a
storing transaction takes."""


@dataclass(frozen=True)
class Batch:
    """What was stored after some position.

    Attributes:
        evaluations: oldest first.
        failures: runs that failed, oldest first: the position and the run's id.
        position: of the last event read.
        is_last: whether nothing else waits.
    """

    evaluations: Sequence[Evaluation]
    failures: Sequence[tuple[int, str]]
    position: int
    is_last: bool


def read_batch(instance: dg.DagsterInstance, after: int, now: datetime) -> Batch:
    """The events after a position, as far as they are settled."""
    pages = [_read(instance, of, limit, after) for of, limit in EVENTS_A_BATCH.items()]
    # after the last event of a full page there may be more
    full = [
        page[-1].storage_id
        for page, limit in zip(pages, EVENTS_A_BATCH.values(), strict=True)
        if len(page) == limit
    ]
    settled_before = (now - SETTLED_AFTER).timestamp()
    young = [r.storage_id - 1 for page in pages for r in page if r.timestamp > settled_before]
    end = min([*full, *young], default=math.inf)
    evaluations, failures = ([r for r in page if r.storage_id <= end] for page in pages)
    return Batch(
        [_evaluation(record) for record in evaluations],
        [(record.storage_id, record.run_id) for record in failures],
        max((record.storage_id for record in [*evaluations, *failures]), default=after),
        is_last=not full,
    )


def latest_position(instance: dg.DagsterInstance) -> int:
    """The position of the latest event; 0 where there is none."""
    latest = [record for of in EVENTS_A_BATCH for record in _read(instance, of, limit=1)]
    return max((record.storage_id for record in latest), default=0)


def _read(
    instance: dg.DagsterInstance, of: dg.DagsterEventType, limit: int, after: int | None = None
) -> Sequence[dg.EventLogRecord]:
    """The first events of a type after a position; without one, the last events."""
    # brings SQLAlchemy and Alembic, a third of what loading the definitions would take
    from dagster._core.storage.event_log import SqlEventLogStorage

    storage = instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)
    return SqlEventLogStorage.get_event_records(
        storage,
        dg.EventRecordsFilter(of, after_cursor=after),
        limit=limit,
        ascending=after is not None,
    )


def _evaluation(record: dg.EventLogRecord) -> Evaluation:
    found = record.event_log_entry.asset_check_evaluation
    assert found is not None
    outcome = Outcome.PASSED
    if not found.passed:
        warns = found.severity == dg.AssetCheckSeverity.WARN
        outcome = Outcome.WARNING if warns else Outcome.ERROR
    return Evaluation(
        position=record.storage_id,
        check=found.asset_check_key.to_user_string(),
        day=date.fromisoformat(found.partition) if found.partition else None,
        outcome=outcome,
        description=(found.description or "").removeprefix(f"{found.partition}: "),
        sample=_sample(found.metadata.get("sample")) if outcome else (),
        run_id=record.run_id,
    )


def _sample(value: dg.MetadataValue[Any] | None) -> Sequence[str]:
    """The rows of a sample as lines; what hides values has done so in the check already."""
    if not isinstance(value, dg.TableMetadataValue):
        return [str(value.value)] if value else []
    return [
        " · ".join(f"{name} {cell}" for name, cell in record.data.items())
        for record in value.records
    ]
