"""Runs that failed: what Dagster has recorded of them, as text for the alerts and the digest."""

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg

from ecom_assets.alerts.messages import TITLE_LENGTH, Message, cut, fitting, run_url
from ecom_assets.partitions import EventDays
from ecom_assets.steps import HELD_DAYS_TAG
from ecom_assets.text.foreign_text import harmless
from ecom_assets.triggers.runs import WILL_RETRY_TAG

RUNS_SHOWN = 5
"""Failed runs with their error in an alert; the list of runs in the UI has all."""
_FOLLOWS = {"true": " (Dagster tries it again)", "false": " (Dagster does not try it again)"}


@dataclass(frozen=True)
class FailedRun:
    """A run that failed.

    Attributes:
        run_id: Dagster's id of it.
        what: the job and its event dates, for people.
        problem: what failed and why.
        follows: whether Dagster starts it again, as text to put after the problem; empty: it has
            not ended, or Dagster has not recorded it.
    """

    run_id: str
    what: str
    problem: str
    follows: str = ""

    def line(self, ui_url: str) -> str:
        """All of it in a line of a message."""
        problem = f": {harmless(self.problem)}" if self.problem else ""
        url = run_url(ui_url, self.run_id)
        return f"{self.run_id[:8]} ({self.what}){problem}{self.follows} {url}"


def runs_that_failed(
    instance: dg.DagsterInstance, runs_filter: dg.RunsFilter
) -> Sequence[dg.DagsterRun]:
    """Runs that failed for a reason that no check reports, newest first."""
    runs = [record.dagster_run for record in instance.get_run_records(runs_filter)]
    return [run for run in runs if HELD_DAYS_TAG not in run.tags]


def failed_run(instance: dg.DagsterInstance, run: dg.DagsterRun, *, hide_values: bool) -> FailedRun:
    """A run that failed, or a running one, with what went wrong so far. The text of errors may hold
    payload values, and is left out where these are hidden."""
    step_failures = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    problems = [
        f"{entry.step_key}: {_reason(entry, hide_values=hide_values)}" for entry in step_failures
    ] or [
        entry.message
        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    ]
    days = EventDays.of_tags(run.tags) or run.tags.get("dagster/partition")
    job = "a materialization" if run.job_name.startswith("__") else f"a run of {run.job_name}"
    return FailedRun(
        run.run_id,
        f"{job} for {days}" if days else job,
        "; ".join(problems),
        _FOLLOWS.get(run.tags.get(WILL_RETRY_TAG, ""), "") if run.is_finished else "",
    )


def _reason(entry: dg.EventLogEntry, *, hide_values: bool) -> str:
    assert entry.dagster_event is not None
    data = entry.dagster_event.step_failure_data
    error = data.error and (data.error.cause or data.error)  # what the step itself raised
    name = str(error.cls_name or "error") if error else "error"
    if hide_values:
        return name
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    return str(error.message) if error else name


def run_message(runs: Sequence[FailedRun], ui_url: str) -> Message:
    """The one message of a tick about runs that failed; none of them held days."""
    title = f"{runs[0].what} failed" if len(runs) == 1 else f"{len(runs)} runs failed"
    lines = [f"- {run.line(ui_url)}" for run in runs[:RUNS_SHOWN]]
    if len(runs) > RUNS_SHOWN:
        lines.append(f"- … and {len(runs) - RUNS_SHOWN} more: {ui_url}/runs")
    return Message(cut(f"ERROR: {title}", TITLE_LENGTH), fitting(lines), "failure")
