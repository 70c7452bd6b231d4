"""The job `prune`: what nobody needs any more leaves RAW and Dagster, or is named, from the UI.

What may go is in `pipeline/prune.py` and `retention.py`; `make prune` does the same.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
from pydantic import Field

from ecom_assets.assets.tables import preview
from ecom_assets.pipeline.prune import VERSIONS_DAYS, prunable, prune, versions_text
from ecom_assets.retention import RUNS_DAYS, delete_runs, prunable_runs, runs_text
from ecom_assets.steps import RETRY_POLICY, fail_permanent_errors_at_once
from ecom_assets.warehouse.contract import Purpose, Warehouse

MOST_DAYS = 36_500
ROWS_SHOWN = 200


class PruneConfig(dg.Config):
    """What is old enough to go, and whether it goes."""

    versions_days: int = Field(
        default=VERSIONS_DAYS,
        description="Lines of versions of files that were replaced, or went, more than so many "
        "days ago.",
    )
    runs_days: int = Field(
        default=RUNS_DAYS, description="Runs that ended more than so many days ago."
    )
    apply: bool = Field(default=False, description="Delete it. False: say what would be deleted.")


def build_prune_job() -> dg.JobDefinition:
    """The job `prune`."""

    @dg.op(retry_policy=RETRY_POLICY)
    def delete_old(
        context: dg.OpExecutionContext,
        config: PruneConfig,
        warehouse: dg.ResourceParam[Warehouse],
    ) -> None:
        now = datetime.now(UTC)
        replaced_before = now - timedelta(days=_days("versions_days", config.versions_days))
        ended_before = now - timedelta(days=_days("runs_days", config.runs_days))
        purpose = Purpose("prune", context.run_id, read_only=not config.apply)
        with (
            fail_permanent_errors_at_once(),
            warehouse.session(purpose, context.log.info) as session,
        ):
            act = prune if config.apply else prunable
            rows = act(session, replaced_before.replace(tzinfo=None))
        runs = [*prunable_runs(context.instance, ended_before)]  # this one has not ended
        if config.apply:
            delete_runs(context.instance, runs)
        said = [versions_text(rows, replaced_before), runs_text(runs, ended_before)]
        if not config.apply:
            said.append("Nothing was deleted: set apply to true to delete it.")
        for sentence in said:
            context.log.info(sentence)
        versions = [
            {
                "file": row["source_filename"],
                "replaced": row["superseded_at"],
                "lines": row["raw_rows"],
            }
            for row in rows[:ROWS_SHOWN]
        ]
        context.add_output_metadata({"what": " ".join(said), "versions": preview(versions)})

    @dg.config_mapping
    def for_the_step(form: PruneConfig) -> dict[str, Any]:
        return {"ops": {delete_old.name: {"config": dict(form)}}}

    @dg.job(
        name="prune",
        config=for_the_step,
        description="What nobody needs any more: lines of versions of files that were replaced "
        "long ago, and old runs. It says what would be deleted; with “apply” in the Launchpad it "
        "deletes that.",
    )
    def prune_job() -> None:
        delete_old()

    return prune_job


def _days(name: str, days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise dg.Failure(
            f"Nothing was deleted: {name} is {days}, but it must be a number of days from 1 to "
            f"{MOST_DAYS:,}.",
            allow_retries=False,
        )
    return days
