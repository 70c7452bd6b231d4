"""`fields_fit`: a value that becomes null is counted and shown; a field that dries up is told."""

from datetime import date, timedelta
from decimal import Decimal

import dagster as dg
import pytest

from ecom_assets_tests.conftest import DAY, Pipeline, event

FILE = f"dt={DAY}/a.jsonl"


def found(pipeline: Pipeline, day: date = DAY) -> dg.AssetCheckEvaluation:
    return pipeline.evaluations("stg_sales_clean", "fields_fit")[str(day)]


def counts(pipeline: Pipeline, field: str, day: date = DAY) -> tuple[int, ...]:
    """Filled, absent, unfit and rounded lines of a field, as the check shows them."""
    table = found(pipeline, day).metadata["fields"]
    assert isinstance(table, dg.TableMetadataValue)
    (row,) = [record.data for record in table.records if record.data["field"] == field]
    return tuple(int(str(row[name])) for name in ("filled", "absent", "unfit", "rounded"))


@pytest.mark.parametrize(
    ("unfit", "passed"), [(2, True), (3, False)], ids=["1 % of the lines", "more"]
)
def test_values_of_another_type_warn_above_the_limit(
    pipeline: Pipeline, unfit: int, passed: bool
) -> None:
    wrong = [event(n, unit_price="dear") for n in range(unfit)]
    right = [event(n) for n in range(unfit, 199)]
    pipeline.land(FILE, [*right, *wrong, event(199, unit_price=None), "broken"])
    assert pipeline.run().success, "a warning holds no day"
    check = found(pipeline)
    assert check.passed == passed
    assert check.severity == dg.AssetCheckSeverity.WARN
    assert counts(pipeline, "unit_price") == (199 - unfit, 1, unfit, 0)
    if not passed:
        one = f"one of them {FILE} line {200 - unfit}: dear"
        assert check.description == f"unit_price is no number in 3 of 200 lines, {one}"


def test_what_the_data_brings_is_no_link_in_the_sentence(pipeline: Pipeline) -> None:
    pipeline.land(FILE, [event(1, unit_price="![x](http://evil/p.png) <b>")])
    pipeline.run()
    assert "](http" not in str(found(pipeline).description)
    assert "<b>" not in str(found(pipeline).description)


def test_values_are_hidden_where_the_settings_say_so(pipeline: Pipeline) -> None:
    pipeline.configure(hide_values=True)
    pipeline.land(FILE, [event(1, order_id={"person": "Ada"}), {"Grace": 1}])
    pipeline.configure(reject_rate_error=Decimal(1))
    pipeline.run()
    check = found(pipeline)
    assert "order_id is no text in 1 of 2 lines" in str(check.description)
    shown = str(check) + str(pipeline.latest_metadata("stg_sales_rejects"))
    assert "Ada" not in shown
    assert "Grace" not in shown


@pytest.mark.parametrize(("days_before", "passed"), [(2, True), (3, False)])
def test_a_field_that_was_always_filled_and_is_empty_is_told(
    pipeline: Pipeline, days_before: int, passed: bool
) -> None:
    first = DAY - timedelta(days=days_before)
    for n in range(days_before):
        day = first + timedelta(days=n)
        # one that was never filled is not told of
        of_day = event(n, event_ts=f"{day}", device="mobile", country=...)
        pipeline.land(f"dt={day}/a.jsonl", [of_day])
    pipeline.land(FILE, [event("x", device=..., country=...)])
    pipeline.run(first, DAY)
    check = found(pipeline)
    assert check.passed == passed
    if not passed:
        assert check.description == "device is empty; the 3 days before that have lines have it"


def test_rounded_numbers_are_counted_per_field(pipeline: Pipeline) -> None:
    pipeline.land(FILE, [event(1, unit_price=0.33333), event(2)])
    pipeline.run()
    assert counts(pipeline, "unit_price") == (2, 0, 0, 1)
    assert counts(pipeline, "total_amount") == (2, 0, 0, 0)


def test_a_day_that_an_earlier_version_has_staged_is_not_called_right(pipeline: Pipeline) -> None:
    pipeline.land(FILE, [event(1, unit_price="dear")])
    pipeline.run()
    assert not found(pipeline).passed
    pipeline.query("delete from staging.sales_quality_fields")
    pipeline.run_checks(DAY)
    assert str(found(pipeline).description).startswith("Not counted: the day is not staged")


def test_a_required_field_is_for_the_rules_to_tell_of(pipeline: Pipeline) -> None:
    pipeline.land(FILE, [event(1), event(2, quantity="two", unit_price="dear")])
    pipeline.configure(reject_rate_error=Decimal(1))
    pipeline.run()
    assert counts(pipeline, "quantity") == (1, 0, 1, 0)
    assert "quantity" not in str(found(pipeline).description)
