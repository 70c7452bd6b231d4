"""A run ends when it is told to, and publishes nothing after it.

Told by a signal to its process, or by the run's status in Dagster's storage, which *Terminate* and
*Force termination* change whether or not they reach the process. How a statement at work is given
up is the warehouse's business; that an interrupted step is not tried again is in `steps.py`.
"""

import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import dagster as dg

from ecom_assets.steps import INTERRUPTS

LOOK_SECONDS = 1.0
"""How often a run looks whether it was ended. A termination that reaches its process is faster."""

PROCESS_TAG = "ecom_assets/process"
"""The tag of a run that says which process executes it, as `process_name` names it."""

ENDED = (
    dg.DagsterRunStatus.CANCELING,
    dg.DagsterRunStatus.CANCELED,
    dg.DagsterRunStatus.FAILURE,
)
"""A run that has one of these while it is at work was ended by somebody else."""

AT_WORK = (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)


def see_step_goes_on() -> None:
    """Raise when the run of the step at work was ended from outside; outside of steps do nothing.

    Raises:
        DagsterExecutionInterruptedError: it was.
    """
    try:
        context = dg.OpExecutionContext.get()
    except dg.DagsterInvariantViolationError:
        return
    _see_run_goes_on(context.instance, context.run_id)


def stoppable(executor: dg.ExecutorDefinition) -> dg.ExecutorDefinition:
    """The executor, whose runs are CANCELED when they are interrupted, and notice by themselves
    that they were ended."""
    create = executor.executor_creation_fn
    if create is None:
        raise TypeError(f"the executor {executor.name} cannot be created")
    return dg.ExecutorDefinition(
        name=executor.name,
        config_schema=executor.config_schema,  # type: ignore[arg-type]  # one it has made itself
        requirements=executor.get_requirements,
        executor_creation_fn=lambda context: _Stoppable(create(context)),
        description=executor.description,
    )


def lacks_of(instance: dg.DagsterInstance) -> str | None:
    """What an instance lacks without this project's `dagster.yaml`, in a sentence."""
    if instance.is_ephemeral or (instance.run_monitoring_enabled and instance.run_retries_enabled):
        return None
    home = os.environ.get("DAGSTER_HOME")
    return (
        f"{f'DAGSTER_HOME, {home}, has' if home else 'DAGSTER_HOME is not set, so there is'} no "
        "dagster.yaml of this project: killed runs are not noticed, and runs for the same day do "
        "not wait for each other. Set it to the project's folder, or copy the file there."
    )


def places_held_by_ended_runs(instance: dg.DagsterInstance) -> Mapping[str, Sequence[str]]:
    """Of each of Dagster's pools in which runs that have ended hold places, these runs' ids: other
    runs wait for them until the daemon frees them (`free_slots_after_run_end_seconds`)."""
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return {}
    found = {}
    for pool in sorted(storage.get_concurrency_keys()):
        holding = {slot.run_id for slot in storage.get_concurrency_info(pool).claimed_slots}
        if not holding:  # Dagster takes no filter of no ids
            continue
        runs = {run.run_id: run for run in instance.get_runs(dg.RunsFilter(run_ids=[*holding]))}
        ended = [i for i in sorted(holding) if i not in runs or runs[i].is_finished]
        if ended:
            found[pool] = ended
    return found


def runs_without_process(instance: dg.DagsterInstance) -> Sequence[str]:
    """The ids of runs that look as if they went on, and whose process, one of this machine, is
    gone: they keep their places, and their days from other runs, until the daemon finds them."""
    here = f"{socket.gethostname()} "
    found = []
    for run in instance.get_runs(dg.RunsFilter(statuses=AT_WORK)):
        name = run.tags.get(PROCESS_TAG, "")
        if name.startswith(here) and process_name(int(name.split()[1])) != name:
            found.append(run.run_id)
    return found


class _Stoppable(dg.Executor):
    def __init__(self, executor: dg.Executor) -> None:
        self._executor = executor

    @property
    def retries(self) -> Any:
        return self._executor.retries

    @property
    def step_dependency_config(self) -> Any:
        return self._executor.step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[dg.DagsterEvent]:
        instance, run_id = plan_context.instance, plan_context.run_id
        if lacks := lacks_of(instance):
            plan_context.log.warning(lacks)
        instance.add_run_tags(run_id, {PROCESS_TAG: process_name(os.getpid())})
        with _watched(instance, run_id):
            try:
                yield from self._executor.execute(plan_context, execution_plan)
                _see_run_goes_on(instance, run_id)  # or the last event would make it a success
            except INTERRUPTS:
                # Dagster calls a run CANCELED only if the UI has asked for it; a signal is as good
                run = instance.get_run_by_id(run_id)
                if run is not None and run.status not in ENDED:
                    instance.report_run_canceling(run, "The run's process was told to stop.")
                raise


def process_name(pid: int) -> str:
    """What tells a process of this machine from all others, also from a later one that gets its
    number: machine, number, and when it began, where the system tells it. Where there is no such
    process, or it has ended and nobody has waited for it yet, the last part is missing.
    """
    began = ""
    if Path("/proc/self/stat").exists():
        with suppress(OSError):
            # proc(5): the second field, the program's name, may hold blanks and brackets
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            began = "" if fields[0] in "ZX" else fields[19]
    else:
        with suppress(ProcessLookupError):
            os.kill(pid, 0)  # asks, and sends nothing
            began = "there"
    return f"{socket.gethostname()} {pid} {began}".rstrip()


@contextmanager
def _watched(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Interrupt the main thread when the run was ended and nobody has told this process: a run of
    the command line, or one whose code server is gone."""
    if threading.current_thread() is not threading.main_thread():  # where no signal arrives
        yield
        return
    over, main = threading.Event(), threading.get_ident()

    def look() -> None:
        seen = 0
        while not over.wait(LOOK_SECONDS):
            with suppress(Exception):  # a storage that is busy is asked again
                seen = seen + 1 if _was_ended(instance, run_id) else 0
                # not at first sight: the process may have been told, and be about to end
                if seen > 1:
                    signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=look, name="run-ended-from-outside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _see_run_goes_on(instance: dg.DagsterInstance, run_id: str) -> None:
    if _was_ended(instance, run_id):
        raise dg.DagsterExecutionInterruptedError(f"Run {run_id} was ended from outside.")


def _was_ended(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is not None and run.status in ENDED
