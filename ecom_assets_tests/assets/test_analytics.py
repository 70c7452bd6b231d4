"""`fact_sales` and the answers: good days are published, answers add up to the last cent."""

import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest

from ecom_assets.assets.analytics import TRIES, StagingChanged, publish_audited_days
from ecom_assets.checks.audit import Audit, audit_days
from ecom_assets.partitions import EventDays
from ecom_assets.questions import questions
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBSession, DuckDBWarehouse
from ecom_assets_tests.conftest import DAY, Pipeline, event

FIRST = date(2026, 1, 1)


def test_of_thirty_days_with_one_bad_one_twenty_nine_are_published_in_one_run(
    pipeline: Pipeline,
) -> None:
    pipeline.configure(source="synthetic")
    pipeline.land("dt=2026-01-12/bad.jsonl", ["<html>503</html>"] * 40)
    last = FIRST + timedelta(days=29)
    pipeline.run(FIRST, last, config={"events_per_day": 60})
    days = {FIRST + timedelta(days=n) for n in range(30)} - {date(2026, 1, 12)}
    published = pipeline.query("select distinct event_date from analytics.fact_sales")
    assert {day for (day,) in published} == days
    assert pipeline.materialized("fact_sales") == {day.isoformat() for day in days}
    for day in days | {date(2026, 1, 12)}:
        raw, clean, rejects = pipeline.balance(day)
        assert raw == clean + rejects > 0
    differences = pipeline.query(
        "select * exclude (ingestion_ts) from staging.stg_sales_clean "
        "except all select * exclude (ingestion_ts) from analytics.fact_sales"
    )
    assert differences == []


def test_the_statements_of_a_run_do_not_grow_with_its_days(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.configure(source="synthetic")
    config = {"events_per_day": 30}
    run, calls = DuckDBSession.run, list[str]()

    def count(session: DuckDBSession, script: str, /, **values: Any) -> Any:
        calls.append(script)
        return run(session, script, **values)

    monkeypatch.setattr(DuckDBSession, "run", count)
    assert pipeline.run(DAY, DAY, config=config).success
    of_one_day = calls.copy()
    calls.clear()
    assert pipeline.run(date(2026, 2, 1), date(2026, 2, 20), config=config).success
    assert calls == of_one_day


def test_the_answers_equal_an_independent_sum_over_the_files(pipeline: Pipeline) -> None:
    pipeline.configure(source="synthetic")
    last = FIRST + timedelta(days=2)
    assert pipeline.run(FIRST, last, config={"events_per_day": 300, "defect_share": 0.0}).success
    sums: dict[str, dict[tuple[str, str], Decimal]] = {
        q.name: defaultdict(Decimal) for q in questions()
    }
    for path in pipeline.folder.rglob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            sale = json.loads(line, parse_float=Decimal)
            for name, field in GROUPED_BY.items():
                key = sale["event_ts"][:10] if field == "event_date" else sale[field]
                sums[name][key, sale["currency"]] += sale["total_amount"]
    assert set(sums) == set(GROUPED_BY)
    for name, field in GROUPED_BY.items():
        found = pipeline.query(
            f"select cast({field} as varchar), currency, revenue from analytics.{name}"
        )
        assert {(key, currency): revenue for key, currency, revenue in found} == sums[name]


GROUPED_BY = {
    "payment_method_usage": "payment_method",
    "revenue_by_category": "category",
    "revenue_by_country": "country",
    "revenue_by_day": "event_date",
    "revenue_by_marketing_channel": "marketing_channel",
}


def test_answers_are_up_to_date_also_when_a_day_is_held(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.land("dt=2026-01-06/a.jsonl", ["broken"])
    pipeline.run(DAY, date(2026, 1, 6))
    assert pipeline.query("select revenue from analytics.revenue_by_day") == [(Decimal(25),)]
    for question in questions():
        record = pipeline.instance.get_latest_materialization_event(dg.AssetKey(question.name))
        assert record is not None


def test_the_totals_are_those_of_the_fact_whatever_happened_to_its_days(
    pipeline: Pipeline,
) -> None:
    pipeline.configure(source="synthetic")
    assert pipeline.run(FIRST, FIRST + timedelta(days=4), config={"events_per_day": 60}).success
    pipeline.land("dt=2026-01-02/more.jsonl", [event("late", country=None, currency=None)])
    pipeline.land("dt=2026-01-03/more.jsonl", ["broken"] * 60)
    for file in (pipeline.folder / "dt=2026-01-04").iterdir():
        file.write_text("")
    pipeline.run(FIRST, FIRST + timedelta(days=4))
    days = pipeline.query("select event_date, sales from analytics.fact_sales_days")
    assert (date(2026, 1, 4), 0) in days
    totals = (
        "select event_date, currency, count(distinct order_id), count(*), sum(quantity), "
        "sum(total_amount) from analytics.fact_sales group by all order by all"
    )
    told = (
        "select * exclude (staged_at) from analytics.fact_sales_days where sales > 0 order by all"
    )
    assert pipeline.query(told) == pipeline.query(totals)
    columns = ("category", "country", "device", "marketing_channel", "payment_method")
    for column in columns:
        totals = (
            f"select event_date, currency, {column}, count(*), sum(quantity), sum(total_amount) "
            "from analytics.fact_sales group by all order by all"
        )
        told = (
            f"select event_date, currency, {column}, sales, units, revenue "
            f"from analytics.fact_sales_breakdowns where breakdown = '{column}' order by all"
        )
        assert pipeline.query(told) == pipeline.query(totals), column
    breakdowns = pipeline.query("select distinct breakdown from analytics.fact_sales_breakdowns")
    assert {name for (name,) in breakdowns} == set(columns)


def test_sums_never_mix_currencies(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2, currency="USD")])
    pipeline.run()
    for question in questions():
        rows = pipeline.query(f"select currency, revenue from analytics.{question.name} order by 1")
        assert rows == [("EUR", Decimal(25)), ("USD", Decimal(25))]


@pytest.mark.parametrize("times", [1, TRIES])
def test_what_another_run_stages_during_the_audit_is_not_published_unaudited(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Staged again once, the day is audited again; staged again each time, it is not published."""
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.run(selection=["raw_sales"])
    pipeline.run(selection=["stg_sales_clean", "stg_sales_rejects"])
    audits = 0

    def audit_then_staged_again(session: Any, days: EventDays, **limits: Any) -> Audit:
        nonlocal audits
        audits += 1
        audit = audit_days(session, days, **limits)
        if audits <= times:
            session._connection.execute(
                "update staging.sales_quality set evaluated_at = evaluated_at + interval 1 second"
            )
        return audit

    monkeypatch.setattr("ecom_assets.assets.analytics.audit_days", audit_then_staged_again)
    limits: dict[str, Any] = {"late_days": 0, "reject_rate_error": Decimal("0.3"), "log": print}
    warehouse = DuckDBWarehouse(pipeline.settings.duckdb_path)
    with warehouse.session(Purpose("test", "test"), print) as session:
        if times < TRIES:
            assert publish_audited_days(session, EventDays(DAY, DAY), **limits).held == {}
            assert audits == times + 1
        else:
            with pytest.raises(StagingChanged, match="1 days, 2026-01-05 among them"):
                publish_audited_days(session, EventDays(DAY, DAY), **limits)
    facts = pipeline.query("select event_id from analytics.fact_sales")
    assert facts == ([("event-1",)] if times < TRIES else [])


TO_FACT = ("sales_files", "raw_sales", "stg_sales_clean", "stg_sales_rejects", "fact_sales")
PUBLISHED = "select event_date, event_id from analytics.fact_sales order by all"
SIXTH = date(2026, 1, 6)


def test_a_published_day_follows_when_a_day_before_it_changes(pipeline: Pipeline) -> None:
    """Its repeats are decided anew, in FACT_SALES too, and Dagster is told of it."""
    pipeline.land("dt=2026-01-06/a.jsonl", [event(n, event_ts="2026-01-06") for n in range(5)])
    assert pipeline.run(SIXTH, selection=TO_FACT).success
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(8)])
    assert pipeline.run(DAY, selection=TO_FACT).success
    assert pipeline.query(PUBLISHED) == [
        *((DAY, f"event-{n}") for n in (1, 8)),
        *((SIXTH, f"event-{n}") for n in (0, 2, 3, 4)),
    ]
    sums = "select sum(sales) from analytics.fact_sales_days"
    assert pipeline.query(sums) == pipeline.query("select count(*) from analytics.fact_sales")
    assert pipeline.balance(SIXTH) == (5, 4, 1)
    check = pipeline.evaluations("fact_sales", "matches_clean")["2026-01-06"]
    assert check.passed
    assert check.description == "4 rows in FACT_SALES, 4 in clean staging; amounts differ by 0.0000"
    told = pipeline.latest_metadata("stg_sales_clean")["rows moved in later days"]
    assert told.value == "2026-01-06: 1 to rejects, 0 to clean"
    records = pipeline.instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey("fact_sales"), asset_partitions=["2026-01-06"]), limit=5
    ).records
    found = [r.asset_materialization for r in records if r.asset_materialization]
    assert [m.metadata["dagster/partition_row_count"].value for m in found] == [4, 5]


def test_a_day_that_is_held_for_its_repeats_keeps_what_it_had(pipeline: Pipeline) -> None:
    """The run for the day before it is a good one: the held day's own check says why it is held.
    It is published anew once it may be, by whichever run comes first."""
    pipeline.configure(reject_rate_error=Decimal("0.4"), reject_rate_warn=Decimal("0.4"))
    pipeline.land("dt=2026-01-06/a.jsonl", [event(n, event_ts="2026-01-06") for n in (1, 2)])
    assert pipeline.run(SIXTH, selection=TO_FACT).success
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(8)])
    assert pipeline.run(DAY, selection=TO_FACT).success
    sixth = [(SIXTH, f"event-{n}") for n in (1, 2)]
    assert pipeline.query(PUBLISHED) == [(DAY, "event-1"), (DAY, "event-8"), *sixth]
    check = pipeline.evaluations("fact_sales", "matches_clean")["2026-01-06"]
    assert not check.passed
    assert "held: 1 of 2 lines rejected, more than 40%" in (check.description or "")
    pipeline.land("dt=2026-01-05/a.jsonl", [event(8)])
    assert pipeline.run(DAY, selection=TO_FACT).success
    assert pipeline.query(PUBLISHED) == [(DAY, "event-8"), *sixth]
    assert pipeline.evaluations("fact_sales", "matches_clean")["2026-01-06"].passed


def test_a_run_of_fact_sales_makes_good_what_staging_alone_has_moved(pipeline: Pipeline) -> None:
    """Until then the later day's check fails."""
    pipeline.land("dt=2026-01-06/a.jsonl", [event(n, event_ts="2026-01-06") for n in range(5)])
    assert pipeline.run(SIXTH, selection=TO_FACT).success
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.run(selection=TO_FACT[:-1])
    assert len(pipeline.query(PUBLISHED)) == 5
    pipeline.run_checks(SIXTH)
    assert not pipeline.evaluations("fact_sales", "matches_clean")["2026-01-06"].passed
    assert pipeline.run(selection=["fact_sales"]).success
    assert len(pipeline.query(PUBLISHED)) == 5
    assert pipeline.query(PUBLISHED)[0] == (DAY, "event-1")
    assert pipeline.evaluations("fact_sales", "matches_clean")["2026-01-06"].passed
