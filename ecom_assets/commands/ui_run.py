"""A run of this process that is one of the UI's: on its timeline, with its log, and repeatable.

A run belongs to a code location of the UI only if it is created with that location's name, which
Dagster's public `execute_job` does not do. So its private parts are used here, and nowhere else.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.execution.api import execute_run
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin

MODULE, LOCATION = "ecom_assets.definitions", "ecom_assets"
"""As `workspace.yaml` names them."""
REPOSITORY = "__repository__"


def run_as_the_ui_does(
    instance: dg.DagsterInstance,
    job: str,
    tags: Mapping[str, str],
    listen: Callable[[dg.EventLogEntry], None],
) -> dg.DagsterRunStatus:
    """Run a job of the project in this process, and wait for its end.

    Args:
        instance: where the run is kept.
        job: its name.
        tags: those of the run, such as its event dates.
        listen: told each event and message of the run, in its thread.
    """
    of_project = ReconstructableRepository.for_module(MODULE, "defs").get_reconstructable_job(job)
    location = RegisteredCodeLocationOrigin(LOCATION)
    run = instance.create_run_for_job(
        of_project.get_definition(),
        tags=tags,
        remote_job_origin=RemoteRepositoryOrigin(location, REPOSITORY).get_job_origin(job),
        job_code_origin=of_project.get_python_origin(),
    )
    instance.add_event_listener(run.run_id, listen)
    with _stderr_kept_for_the_log():
        execute_run(of_project, run, instance)
    ended = instance.get_run_by_id(run.run_id)
    return ended.status if ended else run.status


@contextmanager
def _stderr_kept_for_the_log() -> Iterator[None]:
    """Dagster's own log goes to standard error: to the UI's *stderr* of each step, and not to the
    console as well, where `listen` tells what a person wants to know."""
    console = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(console, 2)
        os.close(console)
        os.close(nowhere)
