"""The check `restated`: a figure that people may have used has changed, by more than the limit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest

from ecom_assets.checks.restated import restated
from ecom_assets.model.limits import Limits
from ecom_assets.model.reading import Reading
from ecom_assets.settings import SettingsError, read_settings
from ecom_assets_tests.conftest import DAY, Pipeline, event

LIMITS = Limits(date(2026, 1, 1), 0, Decimal("0.1"), Decimal("0.3"), hide_values=False)
FIRST = ("2026-01-06T01:00", "first published", 1000)


def found(*changes: tuple[str, str, int], limits: Limits = LIMITS) -> Any:
    """What the check says of 5 January after these changes, in euros."""
    rows: Sequence[Mapping[str, Any]] = [
        {
            "event_date": DAY,
            "published_at": datetime.fromisoformat(at),
            "currency": "EUR",
            "cause": cause,
            "revenue": Decimal(revenue),
        }
        for at, cause, revenue in changes
    ]
    return restated(rows, DAY, limits)


def test_a_change_of_an_old_figure_above_the_limit_warns_with_its_causes() -> None:
    late = ("2026-01-20T01:00", "new or late lines", 40)
    result = found(FIRST, late, ("2026-01-21T01:00", "repeats", -15))
    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.WARN
    assert result.description == (
        "EUR 1,000.00 is 1,025.00 now (+2.5%: late lines +40.00, repeats -15.00) since 2026-01-13"
    )
    gone = found(FIRST, ("2026-01-20T01:00", "file gone", -20))
    assert "-2.0%: a file that is gone -20.00" in gone.description
    assert not gone.passed


@pytest.mark.parametrize(
    "changes",
    [
        [FIRST],
        [FIRST, ("2026-01-12T23:59", "new or late lines", 500)],
        [FIRST, ("2026-01-13T00:00", "new or late lines", 10)],
        [FIRST, ("2026-01-20T00:00", "file gone", -90), ("2026-01-21T00:00", "repeats", 90)],
        [("2026-02-01T00:00", "first published", 1000)],
        [("2026-02-01T00:00", "before records began", 1000)],
        [],
    ],
    ids=["first", "young", "at the limit", "there and back", "late first", "upgrade", "none"],
)
def test_nothing_else_warns(changes: list[tuple[str, str, int]]) -> None:
    assert found(*changes).passed


def test_a_currency_that_comes_later_warns_whatever_the_limit() -> None:
    limits = replace(LIMITS, restated_limit=Decimal(1))
    result = found(("2026-01-20T00:00", "new or late lines", 1), limits=limits)
    assert "from nothing" in result.description


def test_a_day_is_as_old_as_the_settings_say_in_the_shops_time_zone() -> None:
    at = ("2026-01-13T04:00", "file rewritten", 500)
    assert not found(FIRST, at).passed
    assert found(FIRST, at, limits=replace(LIMITS, reading=Reading("America/New_York"))).passed
    assert found(FIRST, at, limits=replace(LIMITS, restated_after_days=8)).passed
    assert found(FIRST, at, limits=replace(LIMITS, restated_limit=Decimal("0.5"))).passed


def test_the_settings_reach_the_check_which_answers_for_each_day_of_a_range(
    pipeline: Pipeline,
) -> None:
    pipeline.configure(restated_after_days=0, restated_limit=Decimal("0.5"))
    told = []
    for total in (10, 30):
        pipeline.land(f"dt={DAY}/a.jsonl", [event(1, total_amount=total)])
        days = (DAY, DAY) if total == 10 else (DAY, date(2026, 1, 6))
        checks = pipeline.run(*days).get_asset_check_evaluations()
        (one,) = [each for each in checks if each.check_name == "restated"]
        told.append((one.passed, one.description))
    assert told[1] == (False, "1 of 2 days failed: 2026-01-05")


@pytest.mark.parametrize("text", ["-1", "3651", "a week"])
def test_a_number_of_days_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="ECOM_RESTATED_AFTER_DAYS"):
        read_settings({"ECOM_RESTATED_AFTER_DAYS": text})
