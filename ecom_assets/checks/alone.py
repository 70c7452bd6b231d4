"""Checks run alone, for days that a person names: the job `sales_checks`.

Dagster 1.13 offers no days to choose from for a run of checks alone, neither on a check's page nor
in a job of nothing else. So they are named in the run's config.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from pydantic import Field

from ecom_assets.partitions import EventDays, start_of


class NamedDays(dg.Config):
    """The days that checks are run for, when they are run alone."""

    first_day: str = Field(
        default="", description="The first event date, such as 2026-01-05. Empty: the run's own."
    )
    last_day: str = Field(default="", description="The last event date. Empty: the first alone.")


def days_to_check(context: dg.AssetCheckExecutionContext, named: NamedDays) -> EventDays:
    """The event dates that a step of checks is to answer for.

    Raises:
        dagster.Failure: the days named are none, or the run was started without any.
    """
    if not named.first_day:
        return EventDays.of(context)
    return EventDays.named(
        named.first_day, named.last_day or named.first_day, start_of(context), datetime.now(UTC)
    )


def build_checks_job(checks: Sequence[dg.AssetChecksDefinition]) -> Any:
    """The job `sales_checks`.

    Args:
        checks: whose checks it runs.
    """
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
