"""Checks that are answered together: when their assets are materialized, or alone."""

from collections.abc import Callable, Iterator, Sequence

import dagster as dg

from ecom_assets.checks.alone import NamedDays, days_to_check
from ecom_assets.checks.per_day import Results, StepResult, check_results
from ecom_assets.landing.zone import LandingZone
from ecom_assets.partitions import EventDays
from ecom_assets.steps import RETRY_POLICY, step_session
from ecom_assets.warehouse.contract import Session, Warehouse

Find = Callable[[Session, LandingZone, EventDays], Results]
"""What looks at the tables, and at the landing zone, and answers for each day."""


def checks_step(
    name: str, specs: Sequence[dg.AssetCheckSpec], find: Find
) -> dg.AssetChecksDefinition:
    """A step that answers some checks.

    Args:
        name: the step's.
        specs: which checks; a run may select some of them.
        find: answers them all.
    """

    @dg.multi_asset_check(name=name, specs=specs, can_subset=True, retry_policy=RETRY_POLICY)
    def step(
        context: dg.AssetCheckExecutionContext,
        config: NamedDays,
        landing: dg.ResourceParam[LandingZone],
        warehouse: dg.ResourceParam[Warehouse],
    ) -> Iterator[StepResult]:
        days = days_to_check(context, config)
        with step_session(context, warehouse, name, days) as session:
            results = find(session, landing, days)
        selected = [spec for spec in specs if spec.key in context.selected_asset_check_keys]
        yield from check_results(context, selected, results, days)

    return step
