"""Files and disks that fail: a disk that fills up, what may not be written or read, files that
change or go between listing and loading."""

import ctypes
import resource
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, BinaryIO

import pytest

from ecom_assets.landing.zone import FileChanged, LandedFile, LandingZone
from ecom_assets.partitions import EventDays
from ecom_assets_tests.support.stacks import FOLDER_DUCKDB, S3_SNOWFLAKE
from ecom_assets_tests.torture.report import Figures, some
from ecom_assets_tests.torture.runs import Place, batch, processes, run_days
from ecom_assets_tests.torture.stages import Stage
from ecom_assets_tests.torture.states import State, current, see_same, see_whole

pytestmark = pytest.mark.xdist_group("torture")  # they share their stages

Staged = Callable[[str, int], Stage]


def attempt(place: Place, days: EventDays, room: int | None, told: Any) -> None:
    """Run the days, in a process of its own, with no file larger than `room` bytes and without the
    right of root to read and write what others may not; tells what came of it.

    A limit on the size of files stands for a full disk: a write beyond it fails as on one, with
    another number (EFBIG for ENOSPC), and to set it takes no rights.
    """
    give_up_rights()
    if room is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        run_days(place.zone(), place.opened(), days)
        told.put(None)
    except Exception as error:
        told.put((type(error).__name__, str(error)))


def give_up_rights() -> None:
    """Linux: drop all capabilities; who is not root has none."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None, use_errno=True).capset(header, nothing) == 0


def attempted(
    context: Any, place: Place, days: EventDays, room: int | None = None
) -> tuple[str, str] | None:
    """What came of it: the error's type and text, or None."""
    told = context.Queue()
    process = context.Process(target=attempt, args=(place, days, room, told))
    process.start()
    said: tuple[str, str] | None = told.get(timeout=120)
    process.join()
    return said


def test_a_disk_that_fills_up_at_any_byte_leaves_days_whole_and_a_run_again_puts_all_right(
    staged: Staged, torture: bool, seed: int, figures: Figures
) -> None:
    stage = staged(FOLDER_DUCKDB, 30 if torture else 3)
    context, chance = processes(torture), Random(seed)
    stage.set()
    stage.run()
    assert isinstance(stage.place.warehouse, Path)
    size = stage.place.warehouse.stat().st_size
    failed = 0
    for _ in range(40 if torture else 2):
        place = stage.set()
        # mostly little, for what is committed goes to DuckDB's small log first
        room = int(size * chance.random() ** 6)
        error = attempted(context, place, stage.days, room)
        failed += error is not None
        figures.count("faults injected", error is not None)
        said = f"room for {room:,} of {size:,} bytes: {error}"
        found = stage.seen()
        assert error is not None or found == stage.new, "it took what it has not written for done"
        whole = see_whole(found, (stage.old, stage.new), stage.days.days, said)
        figures.count("days checked", whole)
        stage.run()
        see_same(stage.seen(), stage.new, figures, said)
    assert failed > 0


READ_ONLY = {
    "the warehouse's file": ("warehouse.duckdb", 0o444, "WarehouseError", "may write to"),
    "the warehouse's folder": (".", 0o555, "TransactionException", "Permission denied"),
    "a day's folder": ("landing/dt=2026-01-05", 0o000, "LandingError", "folder you may read"),
    "a file": ("landing/dt=2026-01-05/sales.jsonl", 0o000, "LandingError", "its permissions"),
}


@pytest.mark.parametrize("what", some("a file", of=READ_ONLY))
def test_what_may_not_be_read_or_written_is_one_error_and_no_day_is_torn(
    what: str, staged: Staged, torture: bool, figures: Figures
) -> None:
    below, mode, kind, says = READ_ONLY[what]
    stage = staged(FOLDER_DUCKDB, 30 if torture else 3)
    place = stage.set()
    assert isinstance(place.warehouse, Path)
    path = place.warehouse.parent / below
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        error = attempted(processes(torture), place, stage.days)
    finally:
        path.chmod(before)
    figures.count("faults injected")
    assert error is not None
    assert kind in error[0], error
    assert says in error[1], error
    found = stage.seen()
    figures.count("days checked", see_whole(found, (stage.old, stage.new), stage.days.days, what))
    stage.run()
    see_same(stage.seen(), stage.new, figures, what)


class Meddled:
    """A landing zone in which something happens after it was listed, or while a file is read."""

    def __init__(
        self,
        zone: LandingZone,
        after_listing: Callable[[int], None] = lambda _: None,
        while_read: Callable[[int, str], None] = lambda *_: None,
    ) -> None:
        self._zone = zone
        self._after_listing = after_listing
        self._while_read = while_read
        self.listings = 0
        self.opened = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._zone, name)

    def list_files(self, first_day: date, last_day: date) -> Sequence[LandedFile]:
        listed = self._zone.list_files(first_day, last_day)
        self.listings += 1
        self._after_listing(self.listings)
        return listed

    def open(self, file: LandedFile) -> BinaryIO:
        stream = self._zone.open(file)
        self.opened += 1
        self._while_read(self.opened, file.name)
        return stream


ON_BOTH = pytest.mark.parametrize("stack", some(FOLDER_DUCKDB, of=[FOLDER_DUCKDB, S3_SNOWFLAKE]))


@ON_BOTH
def test_a_file_that_goes_between_listing_and_loading_keeps_the_rows_that_it_had(
    stack: str, staged: Staged, figures: Figures
) -> None:
    stage = staged(stack, 2)
    place = stage.set()
    day = stage.days.first
    gone = f"dt={day}/sales.jsonl"

    def take_away(listings: int) -> None:
        if listings == 1:
            stage.remove(gone)

    run_days(Meddled(place.zone(), take_away), place.opened(), stage.days)
    found = current(stage.seen())
    lines = [row for row in found["raw", day] if row[:2] == ("lines", gone)]
    assert lines == [row for row in current(stage.old)["raw", day] if row[:2] == ("lines", gone)]
    figures.count("faults injected")
    see_same(
        {key: rows for key, rows in found.items() if key[1] != day},
        {key: rows for key, rows in current(stage.new).items() if key[1] != day},
        figures,
        "the other day",
    )
    stage.land(2)
    stage.run()
    see_same(current(stage.seen()), current(stage.new), figures, "back again")


@pytest.mark.torture
@ON_BOTH
def test_a_file_rewritten_between_listing_and_loading_is_loaded_in_one_version(
    stack: str, staged: Staged, figures: Figures
) -> None:
    stage = staged(stack, 2)
    newest = with_version_3(stage)
    versions = iter(range(50, 60))

    def rewrite_once(listings: int) -> None:
        if listings == 1:
            stage.land(3)

    def rewrite_always(_: int) -> None:
        stage.land(next(versions))

    place = stage.set()
    run_days(Meddled(place.zone(), rewrite_once), place.opened(), stage.days)
    see_same(current(stage.seen()), newest, figures, "rewritten once")
    place = stage.set()
    with pytest.raises(FileChanged):
        run_days(Meddled(place.zone(), rewrite_always), place.opened(), stage.days)
    figures.count("faults injected", 2)
    see_same(stage.seen(), stage.old, figures, "rewritten again and again")
    stage.land(3)
    stage.run()
    see_same(current(stage.seen()), newest, figures, "and left alone")


@pytest.mark.torture
def test_a_file_rewritten_while_it_is_read_is_loaded_in_one_version(
    staged: Staged, figures: Figures
) -> None:
    """One file alone is rewritten, so that no other tells of it."""
    stage = staged(FOLDER_DUCKDB, 2)
    newest = with_version_3(stage)
    day = stage.days.first
    rewritten = f"dt={day}/sales.jsonl"

    done: list[str] = []

    def rewrite_once(_: int, name: str) -> None:
        if name == rewritten and not done:
            done.append(name)
            stage.put(name, batch(day, 3)[name])

    place = stage.set()
    run_days(Meddled(place.zone(), while_read=rewrite_once), place.opened(), stage.days)
    figures.count("faults injected")
    found = current(stage.seen())["raw", day]
    assert [row for row in found if row[1] == rewritten] == [
        row for row in newest["raw", day] if row[1] == rewritten
    ]
    stage.land(3)
    stage.run()
    see_same(current(stage.seen()), newest, figures, "at the end")


def with_version_3(stage: Stage) -> State:
    """What the tables hold of the files' third version."""
    stage.set()
    stage.land(3)
    stage.run()
    return current(stage.seen())
