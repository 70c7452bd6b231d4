"""Staging: every line to clean or to rejects, days replaced whole."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ecom_assets.model import sales
from ecom_assets.warehouse.duckdb import DuckDBSession
from ecom_assets_tests.conftest import DAY, Pipeline, event


def reasons(pipeline: Pipeline) -> list[tuple[str, str]]:
    """First reason and all reasons, in order of line."""
    rows = pipeline.query(
        "select reason, reasons from staging.stg_sales_rejects "
        "order by source_filename, source_row_number"
    )
    return [(first, every) for first, every in rows]


def test_a_reject_names_the_first_rule_broken_and_all_of_them(pipeline: Pipeline) -> None:
    pipeline.configure(reject_rate_error=Decimal(1))
    pipeline.land(
        "dt=2026-01-05/a.jsonl",
        [event(1, event_id=None, quantity="two", total_amount=-1), event(2, quantity=0)],
    )
    pipeline.run()
    assert reasons(pipeline) == [
        ("Missing event_id", "Missing event_id; Invalid quantity; Negative total_amount"),
        ("Non-positive quantity", "Non-positive quantity"),
    ]


def test_each_generated_defect_becomes_a_reject_for_its_rule(pipeline: Pipeline) -> None:
    pipeline.configure(source="synthetic")
    config = {"events_per_day": 900, "defect_share": 0.1}
    assert pipeline.run(config=config).success
    found = {first for first, _ in reasons(pipeline)}
    assert found == {rule.reason for rule in sales.SALES.rules if rule.defect}


def test_quality_is_counted_per_day_and_per_rule(pipeline: Pipeline) -> None:
    pipeline.land(
        "dt=2026-01-05/a.jsonl",
        [event(n) for n in range(8)] + [event(8, quantity=0, total_amount=None), "x"],
    )
    pipeline.run()
    assert pipeline.query(
        "select raw_rows, clean_rows, reject_rows, reject_rate, publishable, rules_version "
        "from staging.sales_quality"
    ) == [(10, 8, 2, Decimal("0.200000"), True, sales.SALES.version)]
    counts = pipeline.query(
        "select reason, reject_rows, broken_rows from staging.sales_quality_rules "
        "where broken_rows > 0 order by reason"
    )
    assert counts == [
        ("Invalid total_amount", 0, 1),
        ("Malformed JSON", 1, 1),
        ("Non-positive quantity", 1, 1),
    ]
    assert pipeline.query("select count(*) from staging.sales_quality_rules") == [
        (len(sales.SALES.rules),)
    ]


def test_money_keeps_its_cents(pipeline: Pipeline) -> None:
    amounts = ["0.01", "19.99", "12345678901234.5678", "0.1", "99999999999999.9999"]
    lines = [
        f'{{"event_id": "{number}", "event_ts": "2026-01-05", '
        f'"quantity": 1, "total_amount": {amount}}}'
        for number, amount in enumerate(amounts)
    ]
    pipeline.land("dt=2026-01-05/a.jsonl", lines)
    pipeline.run()
    stored = pipeline.query("select total_amount from analytics.fact_sales order by event_id")
    assert [value for (value,) in stored] == [Decimal(amount) for amount in amounts]


def test_a_repeated_event_is_a_reject_on_its_day_and_a_repeat_on_another(
    pipeline: Pipeline,
) -> None:
    pipeline.configure(reject_rate_error=Decimal(1))
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(1)])
    pipeline.land("dt=2026-01-06/a.jsonl", [event(1, event_ts="2026-01-06")])
    pipeline.run()
    pipeline.run(date(2026, 1, 6))
    assert pipeline.query("select event_date, source_row_number from analytics.fact_sales") == [
        (DAY, 1)
    ]
    assert reasons(pipeline) == [("Duplicate event_id", "Duplicate event_id")]
    assert pipeline.query("select event_date from staging.stg_sales_repeats") == [
        (date(2026, 1, 6),)
    ]
    assert pipeline.evaluations("stg_sales_clean", "event_id_unique")["2026-01-06"].passed


def test_a_late_event_belongs_to_its_own_day(pipeline: Pipeline) -> None:
    pipeline.configure(late_days=1)
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.land(
        "dt=2026-01-06/a.jsonl",
        [
            event(2, event_ts="2026-01-06T01:00:00Z"),
            event(3, event_ts="2026-01-06T00:30:00+01:00"),
            event(4, event_ts="2026-01-04"),
        ],
    )
    pipeline.configure(reject_rate_error=Decimal(1))
    assert pipeline.run(DAY, date(2026, 1, 6)).success
    assert pipeline.query(
        "select event_id, event_date from staging.stg_sales_clean order by event_id"
    ) == [("event-1", DAY), ("event-2", date(2026, 1, 6)), ("event-3", DAY)]
    assert reasons(pipeline) == [("event_ts outside its event date",) * 2]
    balance = pipeline.evaluations("stg_sales_clean", "row_balance")
    assert balance["2026-01-05"].passed
    assert balance["2026-01-06"].passed


def test_after_a_failure_the_old_rows_are_still_there(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), "broken"])
    pipeline.configure(reject_rate_error=Decimal(1))
    pipeline.run()
    before = pipeline.tables()
    pipeline.land("dt=2026-01-05/a.jsonl", [event(2)])
    run = DuckDBSession.run

    def fail_at_the_end(session: DuckDBSession, script: str, /, **values: object) -> object:
        rows = run(session, script, **values)
        if script == "staging/quality":
            raise RuntimeError("lost the connection")
        return rows

    with monkeypatch.context() as broken:
        broken.setattr(DuckDBSession, "run", fail_at_the_end)
        assert not pipeline.run().success
    assert pipeline.tables() == before
    assert pipeline.run().success
    assert pipeline.query("select event_id from analytics.fact_sales") == [("event-2",)]


def test_a_changed_rule_replays_all_lines_from_raw_without_the_landing_zone(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.configure(reject_rate_error=Decimal(1))
    path = pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2, quantity=0)])
    pipeline.run()
    assert pipeline.balance() == (2, 1, 1)
    path.unlink()
    lenient = tuple(r for r in sales.SALES.rules if r.name != "quantity_positive")
    before = sales.SALES.version
    with monkeypatch.context() as changed:
        changed.setattr(sales, "SALES", replace(sales.SALES, rules=lenient))
        assert pipeline.run(
            selection=["stg_sales_clean", "stg_sales_rejects", "fact_sales"]
        ).success
        assert sales.SALES.version != before
    assert pipeline.balance() == (2, 2, 0)
    assert pipeline.query("select count(*) from analytics.fact_sales") == [(2,)]
