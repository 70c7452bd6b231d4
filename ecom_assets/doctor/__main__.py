"""Checks settings, landing zone, warehouse and Dagster's home, in this order.

    python -m ecom_assets.doctor

One line for what is fine and one for what to fix; ends with 1 when there is something to fix.
"""

import os
import sys

from ecom_assets.doctor.findings import Findings, about, fix, guarded, note, ok
from ecom_assets.settings import PROJECT_ROOT, Settings, SettingsError, read_settings


def main() -> None:
    """Say what is fine and what to fix."""
    to_fix = 0
    try:
        for finding in examine():
            print(finding, flush=True)
            to_fix += finding.verdict == "fix"
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if to_fix:
        sys.exit(f"\n{to_fix} to fix.")


def examine() -> Findings[None]:
    """All findings, each as it is found."""
    if settings := (yield from about("settings", _settings())):
        from ecom_assets.definitions import landing_of, reports_of, warehouse_of
        from ecom_assets.doctor.landing import check_landing
        from ecom_assets.doctor.warehouse import check_warehouse

        zone = landing_of(settings)
        sample = yield from about(
            "landing zone", check_landing(zone, reports_of(settings), settings)
        )
        check = check_warehouse(warehouse_of(settings), zone, sample, settings)
        yield from about("warehouse", guarded(check))
    home = guarded(
        _instance(),
        "See that DAGSTER_HOME is the project's folder, as `make` sets it, and that the storage "
        "that its dagster.yaml names is there and answers.",
    )
    yield from about("dagster", home)


def _settings() -> Findings[Settings | None]:
    """The settings; also the files of secrets that are not their owner's alone."""
    try:
        settings = read_settings()
    except SettingsError as error:
        yield fix(str(error))
        return None
    yield ok(f"{settings.landing} ({settings.source}) → {settings.engine}")
    key = settings.snowflake and settings.snowflake.private_key_path
    for path in (PROJECT_ROOT / ".env", key):
        if path and path.is_file() and path.stat().st_mode & 0o007:
            yield note(f"Everybody on this machine can read {path}: chmod o= {path}.")
    return settings


def _instance() -> Findings[None]:
    import dagster as dg

    from ecom_assets.stopping import lacks_of, places_held_by_ended_runs, runs_without_process

    with dg.DagsterInstance.get() as instance:
        runs = instance.get_runs_count()
        where = type(instance.run_storage).__name__
        lacks = lacks_of(instance)
        places = places_held_by_ended_runs(instance)
        gone = runs_without_process(instance)
        states = instance.all_instigator_state()
        waits = sorted({state.instigator_name for state in states if state.is_running})
        if queued := instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])):
            waits.append(f"{queued:,} runs in the queue")
        statuses = instance.get_daemon_statuses().items() if waits else []
        silent = sorted(kind for kind, s in statuses if s.required and not s.healthy)
    yield ok(f"Its storage answers ({where}): {runs:,} runs.")
    for pool, ended in places.items():
        yield fix(
            f"{len(ended)} runs that have ended hold places in the pool {pool}, {ended[0]} among "
            "them, so others wait: see that the daemon runs, which frees them, or free them in the "
            "UI under Deployment, Concurrency."
        )
    if gone:
        yield fix(
            f"{len(gone)} runs look as if they went on, {gone[0]} among them, but their process is "
            "gone, so others wait: see that the daemon runs, which reports them as failed, or "
            "terminate them in the UI."
        )
    if silent:
        yield fix(
            f"The daemon gives no sign of life ({', '.join(silent)}), but is waited for by "
            f"{', '.join(waits)}: start it, by `make dev` or `dagster-daemon run`."
        )
    if lacks:
        yield note(lacks)


if __name__ == "__main__":
    main()
