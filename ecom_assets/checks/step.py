"""Checks that are answered together: when their assets are materialized, or alone.

Dagster 1.13 offers no days to choose from for a run of checks alone, neither on a check's page nor
in a job of nothing else. So they are named in the run's config: see the job `sales_checks`.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from pydantic import Field

from ecom_assets.checks.per_day import Results, StepResult, check_results
from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import EventDays, start_of
from ecom_assets.steps import RETRY_POLICY, step_session
from ecom_assets.warehouse.contract import Session, Warehouse

Find = Callable[[Session, LandingZone, EventDays, str], Results]
"""What looks at the tables, and at the landing zone, and answers for each day; in which run."""


class NamedDays(dg.Config):
    """The days that checks are run for, when they are run alone."""

    first_day: str | None = Field(
        default=None, description="The first event date, such as 2026-01-05. None: the run's own."
    )
    last_day: str | None = Field(
        default=None, description="The last event date. None: the first alone."
    )


def checks_step(
    name: str, specs: Sequence[dg.AssetCheckSpec], find: Find
) -> dg.AssetChecksDefinition:
    """A step of this name that answers some checks, or those of them that a run selects."""

    @dg.multi_asset_check(name=name, specs=specs, can_subset=True, retry_policy=RETRY_POLICY)
    def step(
        context: dg.AssetCheckExecutionContext,
        config: NamedDays,
        landing: dg.ResourceParam[LandingZone],
        warehouse: dg.ResourceParam[Warehouse],
    ) -> Iterator[StepResult]:
        days = _days(context, config)
        with step_session(context, warehouse, name, days) as session:
            results = find(session, landing, days, context.run.run_id)
        selected = [spec for spec in specs if spec.key in context.selected_asset_check_keys]
        yield from check_results(context, selected, results)

    return step


def _days(context: dg.AssetCheckExecutionContext, named: NamedDays) -> EventDays:
    if not named.first_day:
        return EventDays.of(context)
    last_day = named.last_day or named.first_day
    return EventDays.named(named.first_day, last_day, *start_of(context), datetime.now(UTC))


def build_checks_job(checks: Sequence[dg.AssetChecksDefinition]) -> Any:
    """The job `sales_checks`, which runs these checks."""
    steps = [check.op.name for check in checks]

    class Days(dg.Config):
        first_day: str = Field(description="The first event date to check, such as 2026-01-05.")
        last_day: str = Field(description="The last event date to check; may be the first.")

    @dg.config_mapping
    def for_each_step(days: Days) -> dict[str, Any]:
        named = {"first_day": days.first_day, "last_day": days.last_day}
        return {"ops": {step: {"config": named} for step in steps}}

    return dg.define_asset_job(
        "sales_checks",
        selection=dg.AssetSelection.all_asset_checks(),
        config=for_each_step,
        description="All checks and nothing else: what is in the tables is looked at again, for "
        "the days that the Launchpad names. Each day gets its own answer, as when its assets are "
        "materialized.",
    )
