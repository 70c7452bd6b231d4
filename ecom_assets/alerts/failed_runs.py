"""Runs that failed, as alerts and the digest tell of them."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from ecom_assets.alerts.messages import FailedRun
from ecom_assets.partitions import EventDays
from ecom_assets.steps import HELD_DAYS_TAG
from ecom_assets.triggers.runs import WILL_RETRY_TAG


def runs_that_failed(
    instance: dg.DagsterInstance, runs_filter: dg.RunsFilter
) -> Sequence[dg.DagsterRun]:
    """Runs that failed for a reason that no check tells, newest first."""
    runs = [record.dagster_run for record in instance.get_run_records(runs_filter)]
    return [run for run in runs if HELD_DAYS_TAG not in run.tags]


def failed_run(instance: dg.DagsterInstance, run: dg.DagsterRun, *, hide_values: bool) -> FailedRun:
    """A run that failed, or a running one, with what went wrong so far.

    Args:
        instance: where it is kept.
        run: which.
        hide_values: leave the text of errors out, which may hold payload values.
    """
    problems = [
        f"{entry.step_key}: {_reason(entry, hide_values=hide_values)}"
        for entry in _step_failures(instance, run)
    ] or [
        entry.message
        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    ]
    days = EventDays.of_tags(run.tags) or run.tags.get("dagster/partition", "")
    job = "a materialization" if run.job_name.startswith("__") else f"a run of {run.job_name}"
    will_retry = run.tags.get(WILL_RETRY_TAG) if run.is_finished else None
    retried = None if will_retry is None else will_retry == "true"
    return FailedRun(run.run_id, job, str(days), "; ".join(problems), retried)


def _step_failures(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Sequence[dg.EventLogEntry]:
    return list(instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE))


def _error(entry: dg.EventLogEntry) -> Any:
    """The error of a step; what the step itself raised, where Dagster has wrapped that."""
    event = entry.dagster_event
    error = event.step_failure_data.error if event else None
    return error.cause if error is not None and error.cause is not None else error


def _reason(entry: dg.EventLogEntry, *, hide_values: bool) -> str:
    error = _error(entry)
    name = str(error.cls_name or "error") if error else "error"
    if hide_values:
        return name
    data = entry.dagster_event.step_failure_data.user_failure_data if entry.dagster_event else None
    if data and data.description:
        return data.description
    return str(error.message) if error else name
