"""The landing zone: can its files be listed, read and, where batches are generated, written?"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ecom_assets.doctor.findings import Finding, Findings, guarded, unwritable
from ecom_assets.landing.s3 import S3Zone
from ecom_assets.landing.zone import LandedFile, LandingZone
from ecom_assets.settings import Settings

PART = "landing zone"

DAYS_LISTED = 7
"""The first days and the latest: a whole history would take long to list."""
FILES_BEFORE = 1_000
"""As many files of days before the first partition are counted, for the same reason."""


def check_landing(zone: LandingZone, settings: Settings) -> Findings[LandedFile | None]:
    """Try the landing zone.

    Returns: the smallest file that was seen, for the warehouse to try.
    """
    files = yield from guarded(PART, _list(zone, settings))
    smallest = min(files or (), key=lambda file: file.size, default=None)
    if smallest is not None and settings.snowflake is None:  # which reads the files by itself
        yield from guarded(PART, _read(zone, smallest))
    if settings.source == "synthetic" and files is not None:
        yield from guarded(PART, _write(zone, settings))
    return smallest


def _list(zone: LandingZone, settings: Settings) -> Findings[Sequence[LandedFile]]:
    if isinstance(settings.landing, Path) and not settings.landing.exists():
        if settings.source == "external":
            said = (
                f"There is no folder {zone.url}: make it, or set ECOM_LANDING to where files are."
            )
            yield Finding("fix", PART, said)
        return []
    today = datetime.now(UTC).date()
    first_days = _days_from(settings.start_date)
    last_days = _days_from(max(today - timedelta(days=DAYS_LISTED - 1), first_days[1]))
    files = sorted({*zone.list_files(*first_days), *zone.list_files(*last_days)})
    said = f"{zone.url} can be listed: {len(files):,} files"
    if files:
        yield Finding("ok", PART, f"{said} in the first and the last {DAYS_LISTED} days.")
    elif settings.source == "external":
        verdict_said = (
            f"{said} in the first and the last {DAYS_LISTED} days; reading was not tried."
        )
        yield Finding("note", PART, verdict_said)
    else:
        yield Finding("ok", PART, f"{said} yet.")
    before = zone.scan(date.min, settings.start_date - timedelta(days=1), FILES_BEFORE).files
    if before:
        what = f"{'at least ' if len(before) >= FILES_BEFORE else ''}{len(before):,} files"
        said = (
            f"{what} of days before ECOM_START_DATE, {before[0].day} to {before[-1].day}, are "
            "left out: an earlier ECOM_START_DATE takes them in."
        )
        yield Finding("note", PART, said)
    return files


def _days_from(first: date) -> tuple[date, date]:
    return first, first + timedelta(days=DAYS_LISTED - 1)


def _read(zone: LandingZone, file: LandedFile) -> Findings[None]:
    with zone.open(file) as stream:
        stream.read(1)
    yield Finding("ok", PART, f"{file.name} can be read.")


def _write(zone: LandingZone, settings: Settings) -> Findings[None]:
    if isinstance(zone, S3Zone):
        zone.try_write()
    elif isinstance(settings.landing, Path) and (why := unwritable(settings.landing)):
        said = f"Generated batches cannot be written ({why}): set ECOM_LANDING to another folder."
        yield Finding("fix", PART, said)
        return
    yield Finding("ok", PART, f"Generated batches can be written to {zone.url}.")
