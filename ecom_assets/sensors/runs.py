"""Runs that failed, as alerts and the digest tell of them."""

from collections.abc import Sequence

import dagster as dg

from ecom_assets.sensors.messages import FailedRun

HELD_DAYS_TAG = "ecom_assets/held_days"
"""On a run that failed only because it held days, which the checks of these days tell."""


def failed_runs(
    instance: dg.DagsterInstance, runs_filter: dg.RunsFilter, *, limit: int, hide_values: bool
) -> Sequence[FailedRun]:
    """Runs that failed for another reason than held days, oldest first.

    Args:
        instance: where they are kept.
        runs_filter: which.
        limit: of which at most so many are looked at.
        hide_values: leave the text of errors out, which may hold payload values.
    """
    return [
        failed_run(instance, record.dagster_run, hide_values=hide_values)
        for record in reversed(instance.get_run_records(runs_filter, limit=limit))
        if HELD_DAYS_TAG not in record.dagster_run.tags
    ]


def failed_run(instance: dg.DagsterInstance, run: dg.DagsterRun, *, hide_values: bool) -> FailedRun:
    """A run that failed, or a running one, with what went wrong so far."""
    problems = [
        f"{entry.step_key}: {_reason(entry, hide_values=hide_values)}"
        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    ] or [
        entry.message
        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    ]
    first, last = (run.tags.get(f"dagster/asset_partition_range_{end}") for end in ("start", "end"))
    days = f"{first} to {last}" if first else run.tags.get("dagster/partition", "")
    job = "a materialization" if run.job_name.startswith("__") else f"a run of {run.job_name}"
    return FailedRun(run.run_id, job, days, "; ".join(problems))


def _reason(entry: dg.EventLogEntry, *, hide_values: bool) -> str:
    event = entry.dagster_event
    data = event.step_failure_data if event else None
    error = data.error if data else None
    if error is not None and error.cause is not None:
        error = error.cause  # Dagster's own wrapping says only which step it was
    name = (error.cls_name or "error") if error else "error"
    if hide_values:
        return name
    if data and data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    return error.message if error else name
