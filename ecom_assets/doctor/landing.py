"""The landing zone: can its files be listed, read and, where batches are generated, written?"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from ecom_assets.doctor.findings import Findings, fix, guarded, note, ok, unwritable
from ecom_assets.landing.s3 import S3Zone
from ecom_assets.landing.zone import LandedFile, LandingZone
from ecom_assets.settings import Settings

DAYS_LISTED = 7
"""The first days and the latest: a whole history would take long to list."""
FILES_BEFORE = 1_000
"""As many files of days before the first partition are counted, for the same reason."""


def check_landing(zone: LandingZone, settings: Settings) -> Findings[LandedFile | None]:
    """Try the landing zone.

    Returns: the smallest file that was seen, for the warehouse to try.
    """
    files = yield from guarded(_list(zone, settings))
    smallest = min(files or (), key=lambda file: file.size, default=None)
    if smallest is not None and settings.snowflake is None:  # which reads the files by itself
        yield from guarded(_read(zone, smallest))
    if settings.source == "synthetic" and files is not None:
        yield from guarded(_write(zone, settings))
    return smallest


def _list(zone: LandingZone, settings: Settings) -> Findings[Sequence[LandedFile]]:
    is_external = settings.source == "external"
    if isinstance(settings.landing, Path) and not settings.landing.exists():
        if is_external:
            yield fix(
                f"There is no folder {zone.url}: make it, or set ECOM_LANDING to where files are."
            )
        return []
    start, week = settings.start_date, timedelta(days=DAYS_LISTED - 1)
    last = max(datetime.now(settings.reading.zone).date(), start + 2 * week)
    files = sorted({*zone.list_files(start, start + week), *zone.list_files(last - week, last)})
    text = f"{zone.url} can be listed: {len(files):,} files"
    looked_at = f"in the first and the last {DAYS_LISTED} days"
    if not files and is_external:
        yield note(f"{text} {looked_at}; reading was not tried.")
    else:
        yield ok(f"{text} {looked_at if files else 'yet'}.")
    before = zone.scan(date.min, start - timedelta(days=1), FILES_BEFORE).files
    if before:
        what = f"{'at least ' if len(before) >= FILES_BEFORE else ''}{len(before):,} files"
        yield note(
            f"{what} of days before ECOM_START_DATE, {before[0].day} to {before[-1].day}, are "
            "left out: an earlier ECOM_START_DATE takes them in."
        )
    return files


def _read(zone: LandingZone, file: LandedFile) -> Findings[None]:
    with zone.open(file) as stream:
        stream.read(1)
    yield ok(f"{file.name} can be read.")


def _write(zone: LandingZone, settings: Settings) -> Findings[None]:
    if isinstance(zone, S3Zone):
        zone.try_write()
    elif isinstance(settings.landing, Path) and (why := unwritable(settings.landing)):
        yield fix(
            f"Generated batches cannot be written ({why}): set ECOM_LANDING to another folder."
        )
        return
    yield ok(f"Generated batches can be written to {zone.url}.")
