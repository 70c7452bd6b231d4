"""`fact_sales` and the answers: good days are published, answers add up to the last cent."""

import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest

from ecom_assets.model.questions import questions
from ecom_assets.model.sales import SALES
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.audit import Audit, audit_days
from ecom_assets.pipeline.publish import TRIES, StagingChanged, publish_audited_days
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBSession, DuckDBWarehouse
from ecom_assets_tests.conftest import DAY, Pipeline, event

FIRST = date(2026, 1, 1)


@pytest.mark.slow
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
    config = {"events_per_day": 30, "defect_share": 0.0}
    with DuckDBWarehouse(pipeline.settings.duckdb_path).session(Purpose("test", "test"), print):
        pass  # the tables are made once
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
                key = sale["event_ts"][:10] if field == "event_date" else sale.get(field)
                sums[name][key, sale["currency"]] += sale["total_amount"]
    for name, field in GROUPED_BY.items():
        found = pipeline.query(
            f"select cast({field} as varchar), currency, revenue from analytics.{name}"
        )
        assert {(key, currency): revenue for key, currency, revenue in found} == sums[name]


GROUPED_BY = {
    question.name: {"revenue_by_day": "event_date", "payment_method_usage": "payment_method"}.get(
        question.name, question.name.removeprefix("revenue_by_")
    )
    for question in questions()
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
        "select event_date, currency, orders, sales, units, revenue from analytics.fact_sales_days "
        "where sales > 0 order by all"
    )
    assert pipeline.query(told) == pipeline.query(totals)
    for column in SALES.breakdowns:
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
    assert {name for (name,) in breakdowns} == set(SALES.breakdowns)


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

    def audit_then_staged_again(session: Any, *of: Any, run_id: str) -> Audit:
        nonlocal audits
        audits += 1
        audit = audit_days(session, *of, run_id=run_id)
        if audits <= times:
            session._connection.execute(
                "update staging.sales_quality set evaluated_at = evaluated_at + interval 1 second"
            )
        return audit

    monkeypatch.setattr("ecom_assets.pipeline.publish.audit_days", audit_then_staged_again)
    limits = pipeline.settings.limits
    warehouse = DuckDBWarehouse(pipeline.settings.duckdb_path)
    with warehouse.session(Purpose("test", "test"), print) as session:
        if times < TRIES:
            published = publish_audited_days(
                session, EventDays(DAY, DAY), limits, log=print, run_id="test"
            )
            assert published.audit.held == {}
            assert audits == times + 1
        else:
            with pytest.raises(StagingChanged, match="1 days, 2026-01-05 among them"):
                publish_audited_days(session, EventDays(DAY, DAY), limits, log=print, run_id="test")
    facts = pipeline.query("select event_id from analytics.fact_sales")
    assert facts == ([("event-1",)] if times < TRIES else [])


TO_FACT = ("sales_files", "raw_sales", "stg_sales_clean", "stg_sales_rejects", "fact_sales")
PUBLISHED = "select event_date, event_id from analytics.fact_sales order by all"
SIXTH = date(2026, 1, 6)


def test_a_published_day_follows_when_a_day_before_it_changes(pipeline: Pipeline) -> None:
    """Its repeats are decided anew, and Dagster is told of it."""
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
    assert pipeline.balance(SIXTH) == (5, 5, 0)
    check = pipeline.evaluations("fact_sales", "matches_clean")["2026-01-06"]
    assert check.passed
    assert check.description == (
        "4 rows in FACT_SALES + 1 repeats, 5 in clean staging; amounts differ by 0.0000"
    )
    records = pipeline.instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey("fact_sales"), asset_partitions=["2026-01-06"]), limit=5
    ).records
    found = [r.asset_materialization for r in records if r.asset_materialization]
    assert [m.metadata["dagster/partition_row_count"].value for m in found] == [4, 5]


def test_a_file_that_is_delivered_twice_is_one_warning_and_holds_nothing(
    pipeline: Pipeline,
) -> None:
    """It says which file repeats which, on the day and in the day's own words."""
    events = [event(n, event_ts="2026-01-06") for n in range(5)]
    pipeline.land("dt=2026-01-05/a.jsonl", [event(n) for n in range(5)])
    pipeline.land("dt=2026-01-06/b.jsonl", [*events, event("own", event_ts="2026-01-06")])
    assert pipeline.run(DAY, SIXTH).success
    check = pipeline.evaluations("fact_sales", "repeats")["2026-01-06"]
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.WARN
    assert check.description == (
        "5 of 6 events were published on an earlier day and are left out: "
        "dt=2026-01-06/b.jsonl repeats 5 events of dt=2026-01-05/a.jsonl"
    )
    for check_name in ("unique_event_id", "no_event_missing", "matches_clean"):
        assert pipeline.evaluations("fact_sales", check_name)["2026-01-06"].passed


@pytest.mark.parametrize(
    ("breach", "check", "says"),
    [
        (
            "insert into analytics.fact_sales select * replace (date '2026-01-06' as event_date) "
            "from analytics.fact_sales where event_id = 'event-1'",
            "unique_event_id",
            "1 events stand in FACT_SALES twice within 7 days, first dt=2026-01-05/a.jsonl line 2",
        ),
        (
            "delete from analytics.fact_sales where event_id = 'event-8'",
            "no_event_missing",
            "1 clean events are neither in FACT_SALES nor a repeat, "
            "first dt=2026-01-06/a.jsonl line 1",
        ),
        (
            "delete from analytics.fact_sales where event_id = 'event-2'",
            "no_event_missing",
            "1 clean events are neither in FACT_SALES nor a repeat, "
            "first dt=2026-01-06/a.jsonl line 2",
        ),
    ],
)
def test_the_checks_see_an_event_that_is_there_twice_or_has_vanished(
    pipeline: Pipeline, breach: str, check: str, says: str
) -> None:
    """The third: the earlier event of a repeat is gone."""
    pipeline.land("dt=2026-01-05/a.jsonl", [event(0), event(1), event(2)])
    sixth = [event(n, event_ts="2026-01-06") for n in (8, 2, 9)]
    pipeline.land("dt=2026-01-06/a.jsonl", sixth)
    assert pipeline.run(DAY, SIXTH, selection=TO_FACT).success
    pipeline.query(breach)
    pipeline.run_checks(SIXTH)
    found = pipeline.evaluations("fact_sales", check)["2026-01-06"]
    assert not found.passed
    assert found.severity == dg.AssetCheckSeverity.ERROR
    assert found.description == says


def test_a_run_of_fact_sales_makes_good_what_staging_alone_has_left(pipeline: Pipeline) -> None:
    """A late event was staged along with its file's day, and that day alone was published."""
    pipeline.configure(late_days=2)
    pipeline.land("dt=2026-01-05/a.jsonl", [event(n) for n in range(3)])
    assert pipeline.run(DAY, selection=TO_FACT).success
    pipeline.land("dt=2026-01-06/a.jsonl", [event("late"), event(9, event_ts="2026-01-06")])
    pipeline.run(SIXTH, selection=TO_FACT[:-1])
    told = pipeline.instance.get_latest_materialization_event(dg.AssetKey("stg_sales_clean"))
    assert told is not None
    assert len(pipeline.query(PUBLISHED)) == 3
    assert pipeline.run(SIXTH, selection=["fact_sales"]).success
    assert (DAY, "event-late") in pipeline.query(PUBLISHED)


def test_a_run_of_one_held_day_ends_like_a_run_of_many(pipeline: Pipeline) -> None:
    """One sentence with the day, the counts and where to read on; the report tells of it."""
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), "broken"])
    result = pipeline.run(DAY)
    assert not result.success
    (failed,) = [e for e in result.all_events if e.is_step_failure]
    assert failed.step_key == "fact_sales"
    failure = failed.step_failure_data.user_failure_data
    assert failure is not None
    assert failure.description == (
        "1 of 1 days held, 0 published. 2026-01-05: 1 of 2 sales rejected, more than 30%. "
        "FACT_SALES keeps what it had of the held days. What to do: docs/runbook.md, "
        "“A day is held”."
    )
    page = (pipeline.folder.parent / "reports" / "sales_report.html").read_text(encoding="utf-8")
    assert "1 day held" in page
    check = pipeline.evaluations("fact_sales", "matches_clean")["2026-01-05"]
    assert not check.passed
