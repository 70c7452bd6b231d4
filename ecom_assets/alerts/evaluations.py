"""Reading asset check evaluations in the order in which Dagster stored them.

Dagster 1.13 has no public way: what is public answers for one check at a time and newest first, and
the SQLite storage refuses an integer cursor, because it keeps a file of events for each run. But
evaluations are in its common index as well. So the base class is asked, which reads that
index, as SQLite's own `fetch_run_status_changes` does; PostgreSQL has one table anyway. The private
name stands here alone.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import dagster as dg

from ecom_assets.alerts.outcomes import Day, Evaluation, Outcome

SETTLED_AFTER = timedelta(seconds=5)
"""On PostgreSQL an event gets its number before its transaction ends, so a lower number may appear
after a higher one. Nothing is read past an event younger than this, which is far longer than a
storing transaction takes."""


def read_evaluations(
    instance: dg.DagsterInstance, after: int, limit: int, now: datetime
) -> Sequence[dg.EventLogRecord]:
    """The records of evaluations after a position, oldest first, as far as they are settled."""
    return settled(_read(instance, after, limit, ascending=True), now)


def latest_position(instance: dg.DagsterInstance) -> int:
    """The position of the latest evaluation; 0 where there is none."""
    records = _read(instance, None, 1, ascending=False)
    return records[0].storage_id if records else 0


def settled(records: Sequence[dg.EventLogRecord], now: datetime) -> Sequence[dg.EventLogRecord]:
    """The records before the first that is so young that an earlier one may still appear."""
    old = (now - SETTLED_AFTER).timestamp()
    for count, record in enumerate(records):
        if record.timestamp > old:
            return records[:count]
    return records


def _read(
    instance: dg.DagsterInstance, after: int | None, limit: int, *, ascending: bool
) -> Sequence[dg.EventLogRecord]:
    # brings SQLAlchemy and Alembic, a third of what loading the definitions would take
    from dagster._core.storage.event_log import SqlEventLogStorage

    storage = instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)
    return SqlEventLogStorage.get_event_records(
        storage,
        dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION, after_cursor=after),
        limit=limit,
        ascending=ascending,
    )


def evaluation_of(record: dg.EventLogRecord) -> Evaluation:
    """What a record says."""
    found = record.event_log_entry.asset_check_evaluation
    assert found is not None
    outcome = Outcome.PASSED
    if not found.passed:
        warns = found.severity == dg.AssetCheckSeverity.WARN
        outcome = Outcome.WARNING if warns else Outcome.ERROR
    return Evaluation(
        position=record.storage_id,
        check=found.asset_check_key.to_user_string(),
        day=_day(found.partition),
        outcome=outcome,
        description=found.description or "",
        sample=_sample(found.metadata.get("sample")) if outcome else (),
        run_id=record.run_id,
    )


def _day(partition: str | None) -> Day:
    return date.fromisoformat(partition) if partition else None


def _sample(value: dg.MetadataValue[Any] | None) -> Sequence[str]:
    """The rows of a sample as lines; what hides values has done so in the check already."""
    if not isinstance(value, dg.TableMetadataValue):
        return [str(value.value)] if value else []
    return [
        " · ".join(f"{name} {cell}" for name, cell in record.data.items())
        for record in value.records
    ]
