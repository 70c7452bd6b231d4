"""Checks on staging: the rules on the clean table, the balance of rows, the rate of rejects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import dagster as dg

from ecom_assets import rules
from ecom_assets.checks.alone import NamedDays, days_to_check
from ecom_assets.checks.columns import column_schema_spec, column_schemas
from ecom_assets.checks.per_day import DayResult, StepResult, check_results, day_check
from ecom_assets.checks.raw import count_rows
from ecom_assets.checks.rules import rule_result, rule_specs, test_days
from ecom_assets.checks.samples import VALUE_LENGTH, sample_table
from ecom_assets.events import CLEAN_TABLE, REJECTS_TABLE, STG_SALES_CLEAN, STG_SALES_REJECTS
from ecom_assets.partitions import EventDays
from ecom_assets.steps import RETRY_POLICY, mistakes_are_final
from ecom_assets.warehouse.contract import Purpose, Row, Session, Warehouse
from ecom_assets.warehouse.expressions import days_table, offending_value
from ecom_assets.warehouse.rows import by_day, grouped_by_day

SAMPLES_PER_REASON = 2

ByDay = Mapping[date, DayResult]


@dataclass(frozen=True)
class StagingLimits:
    """What the checks on staging are held against.

    Attributes:
        late_days: how many days after its event date an event may lie in a file.
        reject_rate_warn: a day's reject rate above which the check warns.
        reject_rate_error: a day's reject rate above which the day is held.
        hide_values: leave payload values out of samples.
    """

    late_days: int
    reject_rate_warn: Decimal
    reject_rate_error: Decimal
    hide_values: bool


def build_staging_checks(
    partitions: dg.PartitionsDefinition, limits: StagingLimits, engine: str
) -> dg.AssetChecksDefinition:
    """The checks on `stg_sales_clean` and `stg_sales_rejects`, in one step.

    Args:
        partitions: the event dates.
        limits: what the days are held against.
        engine: the warehouse's kind.
    """
    rule_checks = rule_specs(partitions)
    balance = day_check(
        partitions,
        "stg_sales_clean",
        "row_balance",
        "Clean rows + rejects = lines in RAW, each counted from its own table. "
        "A difference means that lines were lost or doubled between RAW and staging.",
        blocking=True,
    )
    rate = day_check(
        partitions,
        "stg_sales_rejects",
        "reject_rate",
        "The share of the day's lines that break a rule: warns above "
        f"{limits.reject_rate_warn:.0%} (ECOM_REJECT_RATE_WARN), holds the day above "
        f"{limits.reject_rate_error:.0%} (ECOM_REJECT_RATE_ERROR). With reasons and sample rows.",
        blocking=True,
    )
    reasons = day_check(
        partitions,
        "stg_sales_rejects",
        "known_reasons",
        "The rejects were judged by today's rules, for reasons that these know. If "
        "not: materialize staging again, which replays the day from RAW.",
    )
    columns_of_clean = column_schema_spec(partitions, "stg_sales_clean")
    columns_of_rejects = column_schema_spec(partitions, "stg_sales_rejects")
    specs = [*rule_checks.values(), balance, rate, reasons, columns_of_clean, columns_of_rejects]

    @dg.multi_asset_check(
        name="stg_sales_checks",
        specs=specs,
        can_subset=True,
        retry_policy=RETRY_POLICY,
    )
    def stg_sales_checks(
        context: dg.AssetCheckExecutionContext,
        config: NamedDays,
        warehouse: dg.ResourceParam[Warehouse],
    ) -> Iterator[StepResult]:
        days = days_to_check(context, config)
        selected = [spec for spec in specs if spec.key in context.selected_asset_check_keys]
        results: dict[dg.AssetCheckKey, ByDay] = {}
        purpose = Purpose("stg_sales_checks", context.run.run_id, days.first, days.last)
        with mistakes_are_final(), warehouse.session(purpose, context.log.info) as session:
            results[columns_of_clean.key], results[columns_of_rejects.key] = column_schemas(
                session, days, {CLEAN_TABLE: STG_SALES_CLEAN, REJECTS_TABLE: STG_SALES_REJECTS}
            )
            if any(spec in selected for spec in rule_checks.values()):
                results |= _rule_results(session, days, rule_checks, limits)
            if balance in selected:
                results[balance.key] = row_balance(session, days, late_days=limits.late_days)
            if rate in selected:
                results[rate.key] = reject_rate(session, days, limits)
            if reasons in selected:
                results[reasons.key] = known_reasons(session, days)
        yield from check_results(context, selected, results, days)

    return stg_sales_checks


def _rule_results(
    session: Session,
    days: EventDays,
    specs: Mapping[str, dg.AssetCheckSpec],
    limits: StagingLimits,
) -> Mapping[dg.AssetCheckKey, ByDay]:
    tests = test_days(session, days, late_days=limits.late_days)
    return {
        specs[rule.name].key: {
            day: rule_result(rule, tests.get(day), hide_values=limits.hide_values)
            for day in days.days
        }
        for rule in rules.RULES
    }


def row_balance(session: Session, days: EventDays, *, late_days: int) -> ByDay:
    """Per day, whether clean and rejects together have as many rows as RAW has lines."""
    if late_days == 0:  # a line belongs to the day of its folder: RAW can be asked directly
        lines = {day: row["raw_rows"] for day, row in count_rows(session, days).items()}
    else:
        session.run("staging/temporary")
        session.parse_lines(days.first, days.last, late_days=late_days)
        parsed = by_day(session.run("staging/parsed_by_day"))
        lines = {day: row["raw_rows"] for day, row in parsed.items()}
    return {day: _balance(lines.get(day, 0), row) for day, row in _staged(session, days).items()}


def _balance(lines: int, row: Row) -> DayResult:
    clean, rejects = row["clean_rows"], row["reject_rows"]
    return DayResult(
        passed=lines == clean + rejects,
        description=f"{clean:,} clean + {rejects:,} rejects = {clean + rejects:,}; "
        f"{lines:,} lines in RAW",
        metadata={
            "lines in RAW": lines,
            "clean rows": clean,
            "reject rows": rejects,
            "difference": clean + rejects - lines,
        },
    )


def reject_rate(session: Session, days: EventDays, limits: StagingLimits) -> ByDay:
    """Per day, the share of rejects beside its limits, with the reasons and sample rows."""
    reasons = _reasons(session, days)
    samples = grouped_by_day(
        session.run(
            "checks/reject_samples",
            first_day=days.first,
            last_day=days.last,
            per_reason=SAMPLES_PER_REASON,
            max_length=VALUE_LENGTH + 1,
            offending_value=offending_value(),
        )
    )
    return {
        day: _rate(row, reasons.get(day, []), samples.get(day, []), limits)
        for day, row in _staged(session, days).items()
    }


def _rate(staged: Row, reasons: list[Row], samples: list[Row], limits: StagingLimits) -> DayResult:
    rejects = staged["reject_rows"]
    lines = staged["clean_rows"] + rejects
    held = rejects > lines * limits.reject_rate_error
    return DayResult(
        passed=rejects <= lines * limits.reject_rate_warn,
        description=f"{rejects:,} of {lines:,} lines rejected "
        f"({rejects / lines if lines else 0:.1%}); warns above {limits.reject_rate_warn:.0%}, "
        f"holds the day above {limits.reject_rate_error:.0%}",
        metadata={
            "reject rate": round(rejects / lines, 4) if lines else 0.0,
            "warns above": f"{limits.reject_rate_warn:.0%}",
            "holds the day above": f"{limits.reject_rate_error:.0%}",
            "rejects": rejects,
            "lines": lines,
            "reasons": dg.MetadataValue.table(
                [
                    dg.TableRecord({"reason": r["reason"], "rows": r["reject_rows"]})
                    for r in reasons
                ],
                dg.TableSchema([dg.TableColumn("reason"), dg.TableColumn("rows", "int")]),
            ),
            "sample": sample_table(samples, hide_values=limits.hide_values),
        },
        warn_only=not held,
    )


def known_reasons(session: Session, days: EventDays) -> ByDay:
    """Per day, whether its rejects were judged by today's rules."""
    found = _reasons(session, days)
    return {day: _known(found.get(day, [])) for day in days.days}


def _known(reasons: list[Row]) -> DayResult:
    known = {rule.reason for rule in rules.RULES}
    unknown = sum(row["reject_rows"] for row in reasons if row["reason"] not in known)
    outdated = sum(row["outdated_rows"] for row in reasons)
    return DayResult(
        passed=not unknown and not outdated,
        description=f"{outdated:,} rejects were judged by earlier rules, "
        f"{unknown:,} for a reason that no rule has"
        if unknown or outdated
        else f"{len(reasons)} reasons seen, all of today's rules",
        metadata={
            "reasons seen": len(reasons),
            "rejects judged by earlier rules": outdated,
            "rejects for an unknown reason": unknown,
            "rules version": rules.rules_version(),
        },
        warn_only=True,
    )


def _reasons(session: Session, days: EventDays) -> Mapping[date, list[Row]]:
    return grouped_by_day(
        session.run(
            "checks/reasons_by_day",
            first_day=days.first,
            last_day=days.last,
            rules_version=rules.rules_version(),
        )
    )


def _staged(session: Session, days: EventDays) -> Mapping[date, Row]:
    return by_day(
        session.run(
            "checks/staged_by_day",
            first_day=days.first,
            last_day=days.last,
            days=days_table(days.days),
        )
    )
