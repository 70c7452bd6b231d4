"""`make demo`: which days it takes, and with which day the partitions begin from then on.

The demo itself is run in `test_readme.py`.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ecom_assets import settings as settings_module
from ecom_assets.commands.demo import _begin_with, _last_days
from ecom_assets.partitions import EventDays
from ecom_assets.settings import Settings, SettingsError, read_settings
from ecom_assets_tests.conftest import event, write_lines


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A landing folder in which nothing lies, and a process that knows of no other setting."""
    for name in ("ECOM_START_DATE", "ECOM_SOURCE", "ECOM_TIMEZONE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ECOM_LANDING", str(tmp_path / "data/landing"))
    return tmp_path / "data/landing"


def settings_of(landing: Path) -> Settings:
    return read_settings(dotenv=landing / "no.env")


def yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


def begun(landing: Path) -> EventDays:
    """The days of a demo that has been run now."""
    settings = settings_of(landing)
    days = _last_days(settings)
    _begin_with(days, settings)
    return days


def test_the_days_are_the_last_seven_and_the_partitions_begin_with_them(landing: Path) -> None:
    days = begun(landing)
    assert days == EventDays(yesterday() - timedelta(days=6), yesterday())
    assert settings_of(landing).start_date == days.first
    assert begun(landing) == days, "made again"


def test_the_first_partition_stays_when_the_demo_is_made_again_later(landing: Path) -> None:
    settings = settings_of(landing)
    earlier = EventDays(date(2026, 3, 1), date(2026, 3, 7))
    _begin_with(earlier, settings)
    begun(landing)
    assert settings_of(landing).start_date == earlier.first


def test_a_first_partition_that_somebody_has_set_is_kept(
    landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(landing)
    monkeypatch.setenv("ECOM_START_DATE", "2025-06-01")
    assert begun(landing).count == 7
    assert settings_of(landing).start_date == date(2025, 6, 1)


def test_files_of_earlier_days_keep_their_partitions(landing: Path) -> None:
    write_lines(landing / "dt=2026-01-05/sales.jsonl", [event(1)])
    begun(landing)
    assert settings_of(landing).start_date == date(2026, 1, 1)


def test_files_that_come_from_elsewhere_begin_where_they_did(
    landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(landing)
    monkeypatch.setenv("ECOM_SOURCE", "external")
    assert settings_of(landing).start_date == date(2026, 1, 1)


def test_a_first_day_that_is_not_over_is_one_sentence(
    landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for start in (yesterday() + timedelta(days=1), yesterday() + timedelta(days=30)):
        monkeypatch.setenv("ECOM_START_DATE", str(start))
        with pytest.raises(SystemExit) as ended:
            begun(landing)
        assert str(ended.value) == (
            f"ecom_assets: ECOM_START_DATE holds {start}, but the demo takes the last 7 days that "
            "are over (UTC): set it to an earlier date, or leave it out."
        )
    monkeypatch.setenv("ECOM_START_DATE", str(yesterday()))
    assert begun(landing) == EventDays(yesterday(), yesterday())


def test_days_whose_files_come_from_elsewhere_are_not_filled(
    landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOM_SOURCE", "external")
    with pytest.raises(SystemExit, match="the demo generates the files of its days"):
        begun(landing)


def test_a_broken_first_day_is_named_with_its_file(landing: Path) -> None:
    begun(landing)
    file = landing.parent / settings_module.DEMO_FILE
    file.write_text("ECOM_START_DATE=soon\n")
    with pytest.raises(SettingsError) as error:
        settings_of(landing)
    assert str(error.value) == (
        f"{file} holds ECOM_START_DATE='soon', but it must be a date such as 2026-01-01: correct "
        "it, or delete the file."
    )
