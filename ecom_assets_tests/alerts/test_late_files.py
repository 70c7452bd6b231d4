"""Days whose files have not come by ECOM_COMPLETE_BY are told as late."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ecom_assets.alerts import channels, late_files
from ecom_assets.alerts.channels import Channel, Delivery
from ecom_assets.alerts.digest_sections import days_late
from ecom_assets.alerts.messages import Message
from ecom_assets.landing.folder import FolderZone
from ecom_assets.partitions import EventDays
from ecom_assets.settings import Settings

SETTINGS = Settings(
    source="external",
    start_date=date(2026, 1, 1),
    time_zone="Europe/Berlin",
    complete_by=time(6),
)
DAY = date(2026, 1, 5)
AT_SIX = datetime(2026, 1, 6, 5, tzinfo=UTC)
"""Six o'clock in Berlin, on the day after."""


def tick(zone: FolderZone, settings: Settings = SETTINGS) -> str:
    """What the schedule says at its hour."""
    schedule = late_files.build_late_files(settings, [Channel(1, "json://here")])
    with dg.build_schedule_context(
        scheduled_execution_time=AT_SIX, resources={"landing": zone}
    ) as context:
        found = schedule.evaluate_tick(context)
        assert not found.run_requests
        return found.skip_message or ""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What was sent."""
    messages: list[Message] = []

    def deliver(outgoing: Mapping[Channel, Sequence[Message]]) -> Mapping[Channel, Any]:
        for found in outgoing.values():
            messages.extend(found)
        return {channel: Delivery() for channel in outgoing}

    monkeypatch.setattr(channels, "deliver", deliver)
    return messages


def test_a_day_without_files_is_told_once_its_time_has_come(
    tmp_path: Path, sent: list[Message]
) -> None:
    assert tick(FolderZone(tmp_path)) == "2026-01-05 has no files: told."
    assert sent[0].title == "2026-01-05: no file has come"
    assert "since 06:00 CET (ECOM_COMPLETE_BY)" in sent[0].text
    (tmp_path / f"dt={DAY}").mkdir()
    (tmp_path / f"dt={DAY}" / "empty.jsonl").touch()
    sent.clear()
    assert tick(FolderZone(tmp_path)) == "The files of the day before are there."
    assert not sent


def test_the_digest_lists_late_days_and_says_nothing_before_their_time(tmp_path: Path) -> None:
    zone, days = FolderZone(tmp_path), EventDays(date(2026, 1, 4), DAY)
    (section,) = days_late(zone, SETTINGS, days, AT_SIX)
    assert (section.count, section.entries) == (
        2,
        ["no file has come for 2 days: 2026-01-04 to 2026-01-05"],
    )
    (section,) = days_late(zone, SETTINGS, days, AT_SIX.replace(minute=0, hour=4))
    assert section.entries == ["no file has come for 1 day: 2026-01-04"]
    assert not days_late(zone, replace(SETTINGS, complete_by=None), days, AT_SIX)
