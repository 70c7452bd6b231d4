"""A run ends when it is told to, and publishes nothing after it.

Told by a signal to its process, or by the run's status in Dagster's storage, which *Terminate* and
*Force termination* change whether or not they reach the process. How a statement at work is given
up is the warehouse's business; that an interrupted step is not tried again is in `steps.py`.
"""

import fcntl
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import dagster as dg

from ecom_assets.steps import INTERRUPTS

LOOK_SECONDS = 1.0
"""How often a run looks whether it was ended. A termination that reaches its process is faster."""

PROCESS_TAG = "ecom_assets/process"
"""The tag of a run that says which process executes it: the machine's name, or the container's, and
the number that it has there."""

ENDED = (
    dg.DagsterRunStatus.CANCELING,
    dg.DagsterRunStatus.CANCELED,
    dg.DagsterRunStatus.FAILURE,
)
"""A run that has one of these while it is at work was ended by somebody else."""

AT_WORK = (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)

_HELD: list[IO[str]] = []
"""Open until this process ends."""


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
    """The ids of runs that look as if they went on, and whose process is gone: they keep their
    places, and their days from other runs, until the daemon finds them."""
    runs = instance.get_runs(dg.RunsFilter(statuses=AT_WORK))
    return [run.run_id for run in runs if is_at_work(instance, run) is False]


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
        instance.add_run_tags(run_id, {PROCESS_TAG: f"{socket.gethostname()} {os.getpid()}"})
        _be_seen_at_work(instance, run_id)
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


def is_at_work(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool | None:
    """Whether the process that executes a run is there, in whatever container of this machine;
    None where nothing tells: it has not begun, or does not keep its logs in a folder of ours."""
    held = _held_by(instance, run.run_id)
    if held is None:
        return None
    try:
        with held.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False


def _be_seen_at_work(instance: dg.DagsterInstance, run_id: str) -> None:
    """Hold a lock on a file beside the run's logs until this process ends, for its last event comes
    after its last step. The system frees it, whatever ends the process, and tells so in all
    containers that share the folder, where numbers of processes tell nothing."""
    held = _held_by(instance, run_id)
    if held is not None:
        with suppress(OSError):  # a folder without locks
            held.parent.mkdir(parents=True, exist_ok=True)
            # a file that is not locked yet would be taken for one of a process that is gone
            unseen = held.with_suffix(".new")
            _HELD.append(unseen.open("w"))
            fcntl.flock(_HELD[-1], fcntl.LOCK_EX)
            unseen.rename(held)


def _held_by(instance: dg.DagsterInstance, run_id: str) -> Path | None:
    # of managers that keep logs in a folder
    path_of = getattr(instance.compute_log_manager, "get_captured_local_path", None)
    return Path(path_of([run_id, "at_work"], "lock")) if path_of else None


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
