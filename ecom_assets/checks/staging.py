"""Checks on staging: the rules on the clean table, the balance of rows, the rate of rejects.

The split judged the lines by the same rules; here the table that came of it is asked.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import dagster as dg

from ecom_assets.checks.columns import COLUMN_SCHEMA, column_schema
from ecom_assets.checks.fields import FIELDS_FIT, fields_fit
from ecom_assets.checks.orders import ORDER_TOTALS, order_totals
from ecom_assets.checks.per_day import ByDay, DayResult, Results, day_checks, results_on, table
from ecom_assets.checks.raw import count_rows
from ecom_assets.checks.samples import HIDDEN, VALUE_LENGTH, cut, sample_table
from ecom_assets.checks.step import checks_step
from ecom_assets.landing.zone import LandingZone
from ecom_assets.model import sales
from ecom_assets.model.limits import MOST_LATE_DAYS, Limits
from ecom_assets.model.stream import Rule
from ecom_assets.model.tables import CLEAN_TABLE, REJECTS_TABLE
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.audit import tests_of_run
from ecom_assets.pipeline.decisions import decisions_about, decisions_of_day
from ecom_assets.pipeline.stage import late_reach
from ecom_assets.text.foreign_text import harmless
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.expressions import days_table
from ecom_assets.warehouse.rows import by_day, grouped_by_day

SAMPLES_PER_REASON = 2

ROW_BALANCE = {
    "row_balance": "Every line of RAW in the day's files is in clean or in rejects, once, be it on "
    "an earlier day that a late event belongs to, or is no sale, as its mapping says; clean and "
    "rejects are as many as the sales in the day's lines; and the day holds no row of a file "
    "version that is no longer current. A difference means that lines were lost or doubled, or "
    "wait for a run."
}
KNOWN_REASONS = {
    "known_reasons": "The day was judged by today's fields, rules, decisions and settings "
    "(ECOM_LATE_DAYS, ECOM_REJECT_RATE_ERROR), its rejects for reasons that the rules know. If "
    "not: materialize staging again, which replays the day from RAW."
}


def build_staging_checks(
    partitions: dg.PartitionsDefinition, limits: Limits
) -> dg.AssetChecksDefinition:
    """The checks on `stg_sales_clean` and `stg_sales_rejects`, in one step."""
    rate = {
        "reject_rate": "The share of the day's lines (of their items, where a line is an order) "
        "that break a rule, and, where amounts are known, of its revenue that would be in them: "
        f"warns above {limits.reject_rate_warn:.0%} (ECOM_REJECT_RATE_WARN), "
        f"holds the day above {limits.reject_rate_error:.0%} (ECOM_REJECT_RATE_ERROR). "
        "With reasons and sample rows."
    }
    on_clean = {**_rule_checks(), **FIELDS_FIT, **ORDER_TOTALS, **ROW_BALANCE, **COLUMN_SCHEMA}
    specs = [
        *day_checks(partitions, "stg_sales_clean", on_clean),
        *day_checks(partitions, "stg_sales_rejects", {**rate, **KNOWN_REASONS, **COLUMN_SCHEMA}),
    ]

    def find(session: Session, _: LandingZone, days: EventDays, run_id: str) -> Results:
        staged = staged_by_day(session, days, limits)
        reasons = grouped_by_day(session.run("checks/reasons_by_day", **days.bounds))
        decisions = decisions_about(session, days)
        columns = session.columns()
        on_clean = {
            **_rule_results(session, days, limits, run_id),
            "fields_fit": fields_fit(session, days, limits),
            "order_totals": order_totals(session, days, limits),
            "row_balance": row_balance(session, days, staged),
            "column_schema": column_schema(columns, days, CLEAN_TABLE),
        }
        on_rejects = {
            "reject_rate": reject_rate(session, days, staged, reasons, limits),
            "known_reasons": {
                day: known_reasons(reasons.get(day, []), row, limits, decisions)
                for day, row in staged.items()
            },
            "column_schema": column_schema(columns, days, REJECTS_TABLE),
        }
        return {
            **results_on("stg_sales_clean", on_clean),
            **results_on("stg_sales_rejects", on_rejects),
        }

    return checks_step("stg_sales_checks", specs, find)


def _rule_checks() -> Mapping[str, str]:
    """What the check of each rule says, by the rule's name."""
    return {
        rule.name: f"No clean row breaks the rule “{rule.reason}”, which is broken when "
        f"{rule.broken_when}. {rule.why} Tested on the clean table itself.{_limit_of(rule)}"
        for rule in sales.SALES.rules
    }


def _limit_of(rule: Rule) -> str:
    only = " It only warns: what breaks it is clean." if rule.severity == "warn" else ""
    if rule.limit is None:
        return only
    return f"{only} More than {rule.limit:.1%} of a day's sales that break it hold the day."


def _rule_results(
    session: Session, days: EventDays, limits: Limits, run_id: str
) -> Mapping[str, ByDay]:
    tests = tests_of_run(session, days, limits, run_id=run_id)
    return {
        rule.name: {
            day: _rule_result(rule, tests.get(day), hide_values=limits.hide_values)
            for day in days.days
        }
        for rule in sales.SALES.rules
    }


def _rule_result(rule: Rule, test: Row | None, *, hide_values: bool) -> DayResult:
    """Whether a day's clean rows keep a rule."""
    rows = test["row_count"] if test else 0
    broken = test[rule.name] if test else 0
    metadata = {"rows that break it": broken, "limit": "0", "clean rows": str(rows)}
    if rule.limit is not None:
        metadata["holds the day above"] = f"{rule.limit:.1%} of its sales"
    if test and broken:
        where, _, value = test[f"{rule.name}_sample"].partition(": ")
        metadata["sample"] = f"{where}: {HIDDEN if hide_values else cut(value)}"
    return DayResult(
        passed=broken == 0,
        description=f"{broken:,} of {rows:,} clean rows: {rule.reason}"
        if broken
        else f"None of {rows:,} clean rows breaks it",
        metadata=metadata,
        warn_only=rule.severity == "warn",
    )


def row_balance(session: Session, days: EventDays, staged: Mapping[date, Row]) -> ByDay:
    """Per day, whether the lines of its files were each judged once, and nothing else is there."""
    lines = count_rows(session, days)
    return {day: _balance(lines[day]["raw_rows"], row) for day, row in staged.items()}


def _balance(lines: int, row: Row) -> DayResult:
    judged, others, outdated = row["judged_lines"], row["other_lines"], row["outdated_rows"]
    clean, rejects, sold = row["clean_rows"], row["reject_rows"], row["sale_rows"]
    no_sales = f", {others:,} are no sales" if others else ""
    older = f"; {outdated:,} rows are of file versions that are not current" if outdated else ""
    return DayResult(
        passed=lines == judged + others and clean + rejects == sold and not outdated,
        description=f"{clean:,} clean + {rejects:,} rejects = {clean + rejects:,} of {sold:,} "
        f"sales; {judged:,} of {lines:,} lines in RAW of the day's files were judged{no_sales}"
        f"{older}",
        metadata={
            "lines in RAW": lines,
            "lines judged": judged,
            "lines that are no sales": others,
            "sales": sold,
            "clean rows": clean,
            "reject rows": rejects,
            "outdated rows": outdated,
        },
    )


def reject_rate(
    session: Session,
    days: EventDays,
    staged: Mapping[date, Row],
    reasons: Mapping[date, list[Row]],
    limits: Limits,
) -> ByDay:
    """Per day, the share of rejects beside its limits, with the reasons and sample rows."""
    samples = grouped_by_day(
        session.run(
            "checks/reject_samples",
            **days.bounds,
            per_reason=SAMPLES_PER_REASON,
            max_length=VALUE_LENGTH + 1,
        )
    )
    return {
        day: _rate(row, reasons.get(day, []), samples.get(day, []), limits)
        for day, row in staged.items()
    }


def _rate(staged: Row, reasons: list[Row], samples: list[Row], limits: Limits) -> DayResult:
    replaced = staged["replaced_rows"]
    rejects = staged["reject_rows"] - replaced
    sold = staged["clean_rows"] + rejects
    limit = staged["reject_rate_limit"]  # of when the day was judged, where it was
    if limit is None:
        limit = limits.reject_rate_error
    money_rate = staged["reject_money_rate"] or 0
    is_decided = staged["held_for"] is None and staged["decided_by"] is not None
    held = staged["held_for"] in ("rejects", "money") or (
        not is_decided and (rejects > sold * limit or money_rate > limit)
    )
    order = [row["reason"] for row in reasons]  # the most frequent first
    samples = sorted(samples, key=lambda row: order.index(row["reason"]))
    return DayResult(
        passed=rejects <= sold * limits.reject_rate_warn and money_rate <= limits.reject_rate_warn,
        description=f"{rejects:,} of {sold:,} sales rejected "
        f"({rejects / sold if sold else 0:.1%}); warns above {limits.reject_rate_warn:.0%}, "
        f"holds the day above {limit:.0%}{_most(reasons)}{_money(staged)}{_decided(staged)}",
        metadata={
            "reject rate": round(rejects / sold, 4) if sold else 0.0,
            "warns above": f"{limits.reject_rate_warn:.0%}",
            "holds the day above": f"{limit:.0%}",
            "rejects": rejects,
            "sales": sold,
            "share of the revenue in rejects": f"{money_rate:.1%}",
            **({"decision": harmless(staged["decided_by"])} if staged["decided_by"] else {}),
            **({"replaced by a later version, not counted": replaced} if replaced else {}),
            "reasons": table(
                {"reason": "string", "rows": "int"},
                [(row["reason"], row["reject_rows"]) for row in reasons],
            ),
            "sample": sample_table(samples, hide_values=limits.hide_values),
        },
        warn_only=not held,
    )


def _most(reasons: Sequence[Row]) -> str:
    """The most frequent reason, where there are several."""
    if len(reasons) < 2:
        return f"; all: {reasons[0]['reason']}" if reasons else ""
    rows = sum(row["reject_rows"] for row in reasons)
    return f"; most: {reasons[0]['reason']}, {reasons[0]['reject_rows']:,} of {rows:,}"


def _money(staged: Row) -> str:
    rate = staged["reject_money_rate"]
    return f"; {rate:.1%} of the revenue is in rejects" if rate else ""


def _decided(staged: Row) -> str:
    """Who has decided otherwise of the day, and why."""
    if staged["decided_by"] is None:
        return ""
    decided = "held" if staged["held_for"] else "published"
    return f"; {decided} by decision of {harmless(staged['decided_by'])}"


def known_reasons(
    reasons: list[Row], staged: Row, limits: Limits, decisions: Sequence[Row]
) -> DayResult:
    """Whether a day was judged by today's rules, settings and decisions, by the reasons of its
    rejects, its row of `staged_by_day` and the decisions in force."""
    known = {rule.reason for rule in sales.SALES.rules}
    unknown = sum(row["reject_rows"] for row in reasons if row["reason"] not in known)
    outdated = sum(row["outdated_rows"] for row in reasons)
    found = {
        f"{outdated:,} rejects were judged by earlier rules": outdated,
        f"{unknown:,} rejects have a reason that no rule has": unknown,
    }
    if staged["rules_version"] is not None:  # it was judged; an earlier version kept less
        earliest = max(
            staged["event_date"] - timedelta(days=limits.late_days), limits.first_partition
        )
        found |= {
            "a decision about it was made or ended since": (
                (staged["decisions"] or "") != decisions_of_day(decisions, staged["event_date"])
            ),
            "the day was judged by earlier rules": staged["rules_version"] != limits.rules_version,
            f"ECOM_REJECT_RATE_ERROR was {staged['reject_rate_limit']} when the day was judged": (
                staged["reject_rate_limit"] not in (None, limits.reject_rate_error)
            ),
            f"events in its files could be of {staged['earliest_event_date']} at the earliest "
            "when the day was judged (ECOM_LATE_DAYS, ECOM_START_DATE)": (
                staged["earliest_event_date"] not in (None, earliest)
            ),
        }
    wrong = [what for what, is_so in found.items() if is_so]
    return DayResult(
        passed=not wrong,
        description="; ".join(wrong)
        or f"{len(reasons)} reasons seen, all of today's rules and settings",
        metadata={
            "reasons seen": len(reasons),
            "rejects judged by earlier rules": outdated,
            "rejects for an unknown reason": unknown,
            "rules version": limits.rules_version,
        },
        warn_only=True,
    )


def staged_by_day(session: Session, days: EventDays, limits: Limits) -> Mapping[date, Row]:
    """Per day, the rows of clean and rejects, where they come from, and how the day was judged."""
    return by_day(
        session.run(
            "checks/staged_by_day",
            **days.bounds,
            first_staged_day=days.first - late_reach(session, days, limits),
            last_batch_day=days.last + timedelta(days=MOST_LATE_DAYS),
            days=days_table(days.days),
        )
    )
