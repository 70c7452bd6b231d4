"""The quality rules as asset checks, tested on the clean table itself.

The split judged the lines by the same rules; this asks the table that came of it.
"""

from collections.abc import Mapping

import dagster as dg

from ecom_assets.checks.per_day import DayResult, day_check
from ecom_assets.checks.samples import HIDDEN, cut
from ecom_assets.model import sales
from ecom_assets.model.stream import Rule
from ecom_assets.warehouse.contract import Row


def rule_specs(
    partitions: dg.PartitionsDefinition,
) -> Mapping[str, dg.AssetCheckSpec]:
    """A check on `stg_sales_clean` for each rule, by the rule's name."""
    return {
        rule.name: day_check(
            partitions,
            "stg_sales_clean",
            rule.name,
            f"No clean row breaks the rule “{rule.reason}”, which is broken when "
            f"{rule.broken_when}. {rule.why} Tested on the clean table itself.",
        )
        for rule in sales.SALES.rules
    }


def rule_result(rule: Rule, test: Row | None, *, hide_values: bool) -> DayResult:
    """Whether a day's clean rows keep a rule."""
    rows = test["row_count"] if test else 0
    broken = test[rule.name] if test else 0
    metadata = {"rows that break it": broken, "limit": "0", "clean rows": str(rows)}
    if test and broken:
        where, _, value = test[f"{rule.name}_sample"].partition(": ")
        metadata["sample"] = f"{where}: {HIDDEN if hide_values else cut(value)}"
    return DayResult(
        passed=broken == 0,
        description=f"{broken:,} of {rows:,} clean rows: {rule.reason}"
        if broken
        else f"None of {rows:,} clean rows breaks it",
        metadata=metadata,
    )
