"""Long ranges of big days: in pieces, each kept by itself. That they come to the same as one day
after the other is seen in `warehouse/test_operations.py`, for any operations."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pytest

from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.zone import LandedFile
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.pieces import in_pieces
from ecom_assets.pipeline.publish import publish_audited_days
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBSession, DuckDBWarehouse
from ecom_assets_tests.conftest import event, write_lines
from ecom_assets_tests.torture.runs import LIMITS

MONTH = EventDays(date(2026, 1, 1), date(2026, 1, 6))
LINES = 5
"""Of each day."""


@pytest.mark.parametrize(
    ("sizes", "pieces"),
    [
        ({}, ["1-6"]),
        ({1: 4, 2: 4, 3: 3, 4: 1, 5: 9, 6: 2}, ["1-2", "3-4", "5", "6"]),
        ({2: 30, 3: 1}, ["1", "2", "3-6"]),
        ({1: 30, 6: 10}, ["1", "2-6"]),
    ],
)
def test_a_piece_is_of_whole_days_and_of_no_more_than_fits(
    sizes: Mapping[int, int], pieces: list[str]
) -> None:
    of_days = {date(2026, 1, day): size for day, size in sizes.items()}
    found = [*in_pieces(MONTH, of_days, 10, "done", print)]
    said = [
        str(one.first.day) if one.count == 1 else f"{one.first.day}-{one.last.day}" for one in found
    ]
    assert said == pieces


def test_of_a_piece_that_is_done_people_are_told(tmp_path: Path) -> None:
    told: list[str] = []
    for _ in in_pieces(MONTH, dict.fromkeys(MONTH.days, 5), 10, "staged", told.append):
        assert not told or "staged" in told[-1]
    assert [text.partition(" after ")[0] for text in told] == [
        "2026-01-01 to 2026-01-02 staged: day 2 of 6, 33%",
        "2026-01-03 to 2026-01-04 staged: day 4 of 6, 67%",
        "2026-01-05 to 2026-01-06 staged: day 6 of 6, 100%",
    ]
    assert told[-1].endswith("some 0 s left")
    for _ in in_pieces(MONTH, {}, 10, "staged", told.append):
        pass
    assert len(told) == 3, "of a lone piece the step tells by itself"


class Dying(FolderZone):
    """A landing zone in the midst of whose fourth day the process dies."""

    def open(self, file: LandedFile) -> BinaryIO:
        if file.day.day == 4:
            raise KeyboardInterrupt
        return super().open(file)


def test_a_run_that_dies_has_kept_the_pieces_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in MONTH.days:
        events = [event(f"{day}-{n}", event_ts=f"{day}T12:00:00Z") for n in range(LINES)]
        write_lines(tmp_path / f"landing/dt={day}/a.jsonl", events)
    monkeypatch.setattr(DuckDBSession, "lines_at_once", 2 * LINES)
    zone = FolderZone(tmp_path / "landing")
    told: list[str] = []

    def run(landing: FolderZone) -> int:
        warehouse = DuckDBWarehouse(tmp_path / "w.duckdb")
        with warehouse.session(Purpose("test", "test"), print) as session:
            loaded = load_new_files(
                session, landing, MONTH, run_id="test", log=print, progress=told.append
            )
            stage_days(session, MONTH, LIMITS, run_id="test", progress=told.append)
            publish_audited_days(
                *(session, MONTH, LIMITS), log=print, run_id="test", progress=told.append
            )
            assert {row["event_date"] for row in session.read_table("analytics.fact_sales")} == {
                *MONTH.days
            }
            assert len(session.read_table("analytics.fact_sales")) == LINES * MONTH.count
        return len(loaded.loaded)

    with pytest.raises(KeyboardInterrupt):
        run(Dying(tmp_path / "landing"))
    assert [text.split(":")[0] for text in told] == ["2026-01-01 to 2026-01-02 loaded"]
    assert run(zone) == 4, "the files of the first piece are there"
    assert [text.split(":")[0].split()[-1] for text in told[1:]] == [
        *(["loaded"] * 2 + ["staged"] * 3 + ["published"] * 3),
    ]
