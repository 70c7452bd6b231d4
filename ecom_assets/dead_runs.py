"""Runs whose process is gone: `make demo` and `make dev` end them before they begin.

When Dagster's daemon has started a run, it notices that its process is killed. It does not notice
when a machine loses power, when the daemon goes with the run, or when a run had a process of its
own (`make demo`, `dagster job execute`) whose terminal was closed. Such a run looks as if it went
on, keeps its place among the runs at once, and its step keeps the warehouse's pool: every other run
would wait for it without an end. Only for an instance whose runs are processes of this machine.

    python -m ecom_assets.dead_runs
"""

import os
from collections.abc import Sequence

import dagster as dg

AT_WORK = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def end_dead_runs(instance: dg.DagsterInstance) -> Sequence[str]:
    """Report the runs whose process is gone as failed, and free their steps' places.

    What such a run has committed stays, and is whole. The daemon tries those again that it started.

    Returns: their ids.
    """
    dead = [run for run in _at_work(instance) if _is_gone(_process_of(instance, run.run_id))]
    for run in dead:
        instance.report_run_failed(
            run, "The process of this run is gone: it was killed, or its terminal was closed."
        )
        # as the daemon does some time after a run has ended; it may not be there
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]


def _at_work(instance: dg.DagsterInstance) -> Sequence[dg.DagsterRun]:
    return instance.get_runs(dg.RunsFilter(statuses=AT_WORK))


def _process_of(instance: dg.DagsterInstance, run_id: str) -> int | None:
    """The process that has begun a run, where its events tell."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_START):
        if entry.dagster_event is not None:
            return entry.dagster_event.pid
    return None


def _is_gone(process: int | None) -> bool:
    if process is None:
        return False
    try:
        os.kill(process, 0)  # asks, and sends nothing
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's, and so alive
        pass
    return False


def main() -> None:
    """End them, and say so."""
    with dg.DagsterInstance.get() as instance:
        for run_id in end_dead_runs(instance):
            print(f"Run {run_id} was not ended properly: its process is gone. Reported as failed.")


if __name__ == "__main__":
    main()
