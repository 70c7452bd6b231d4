"""The job `plan`: what a replay of some days would change, on the page of a run.

It writes no asset, only temporary tables; how the plan is made is in `pipeline/plan.py`.
"""

from datetime import UTC, datetime
from typing import Any

import dagster as dg
from pydantic import Field

from ecom_assets.assets.tables import preview, queries_metadata, shown
from ecom_assets.model.limits import Limits
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.plan import days_to_plan, plan_days
from ecom_assets.steps import RETRY_POLICY, fail_permanent_errors_at_once
from ecom_assets.warehouse.contract import Purpose, Row, Warehouse

ROWS_SHOWN = 200


class PlannedDays(dg.Config):
    """The days to plan a replay of."""

    first_day: str = Field(
        default="",
        description="The first event date, such as 2026-01-05. Empty: all days that staging has.",
    )
    last_day: str = Field(default="", description="The last event date. Empty: the first alone.")


def build_plan_job(limits: Limits, time_zone: str) -> dg.JobDefinition:
    """The job `plan`, by these limits."""

    @dg.op(retry_policy=RETRY_POLICY, description="Stage and publish copies, and compare them.")
    def planned_replay(
        context: dg.OpExecutionContext,
        config: PlannedDays,
        warehouse: dg.ResourceParam[Warehouse],
    ) -> None:
        named = _named(config, limits, time_zone)
        first, last = (named.first, named.last) if named else (None, None)
        purpose = Purpose("plan", context.run_id, first, last, read_only=True)
        with (
            fail_permanent_errors_at_once(),
            warehouse.session(purpose, context.log.info) as session,
        ):
            days = days_to_plan(session, named, limits)
            plan = plan_days(session, days, limits, log=context.log.warning)
            queries = queries_metadata(session.queries())
        context.log.info(plan.summary)
        context.add_output_metadata(
            {
                "plan": f"{plan.summary} {plan.cost}",
                **{
                    title: preview([_side_by_side(row) for row in rows[:ROWS_SHOWN]])
                    for title, rows in plan.tables().items()
                },
                **queries,
            }
        )

    @dg.config_mapping
    def for_the_step(days: PlannedDays) -> dict[str, Any]:
        return {"ops": {planned_replay.name: {"config": dict(days)}}}

    @dg.job(
        name="plan",
        config=for_the_step,
        description="What would change if days were staged and published again by the rules, "
        "mapping and limits of now: which sales change sides, what FACT_SALES would hold, which "
        "days would be held. Nothing is changed. The days are named in the Launchpad; the output "
        "of its step has the tables.",
    )
    def plan() -> None:
        planned_replay()

    return plan


def _side_by_side(row: Row) -> Row:
    """A row with one column for each that has a value before and after, so that its table fits on
    the page of a run: the value where both are the same, else “before → after”."""
    found: dict[str, Any] = {}
    for column, value in row.items():
        if column.endswith("_before"):
            name = column.removesuffix("_before")
            after = row[f"{name}_after"]
            both = " → ".join("none" if v is None else str(shown(v)) for v in (value, after))
            found[name] = value if value == after else both
        elif not column.endswith("_after"):
            found[column] = value
    return found


def _named(config: PlannedDays, limits: Limits, time_zone: str) -> EventDays | None:
    if not (config.first_day or config.last_day):
        return None
    last_day = config.last_day or config.first_day
    now = datetime.now(UTC)
    return EventDays.named(config.first_day, last_day, limits.first_partition, time_zone, now)
