"""The landing zone: can its files be listed, read and, where batches are generated, written? And
can the report be?"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from ecom_assets.doctor.findings import Findings, fix, guarded, note, ok, unwritable
from ecom_assets.landing.passed_over import Why, of_another_suffix, outside
from ecom_assets.landing.s3 import S3Zone
from ecom_assets.landing.zone import SUFFIXES, LandedFile, LandingZone
from ecom_assets.settings import S3Url, Settings

DAYS_LISTED = 7
"""The first days and the latest: a whole history would take long to list."""
ADVICE = {
    Why.SUFFIX: f"give the files one of the suffixes {', '.join(SUFFIXES)}",
    Why.FOLDER: "move the files to the folder of their day, such as dt=2026-01-05",
    Why.BEFORE: "set an earlier ECOM_START_DATE",
    Why.FUTURE: "move the files to the folder of a day that has come, or wait for theirs",
}
"""What to do about files that are passed over."""


def check_landing(
    zone: LandingZone, reports: LandingZone, settings: Settings
) -> Findings[LandedFile | None]:
    """Try the landing zone, and where the report is written, which is beside it if nobody has said
    otherwise.

    Returns: the smallest file that was seen, for the warehouse to try.
    """
    files = yield from guarded(_list(zone, settings))
    smallest = min(files or (), key=lambda file: file.size, default=None)
    if smallest is not None and settings.snowflake is None:  # which reads the files by itself
        yield from guarded(_read(zone, smallest))
    if files is None:
        return None
    can_be_written: bool | None = True
    if settings.source == "synthetic":
        batch = _write(zone, settings.landing, "A generated batch", "ECOM_LANDING")
        can_be_written = yield from guarded(batch)
    if can_be_written or settings.reports_place:
        yield from guarded(_write(reports, settings.reports, "The report", "ECOM_REPORTS"))
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
    today = datetime.now(settings.reading.zone).date()
    last = max(today, start + 2 * week)
    scans = [zone.scan(day, day + week, math.inf) for day in (start, last - week)]
    files = sorted({file for scan in scans for file in scan.files})
    text = f"{zone.url} can be listed: {len(files):,} files"
    looked_at = f"in the first and the last {DAYS_LISTED} days"
    if not files and is_external:
        yield note(f"{text} {looked_at}; reading was not tried.")
    else:
        yield ok(f"{text} {looked_at if files else 'yet'}.")
    others = of_another_suffix(name for scan in scans for name in scan.others)
    for why, line in (others | outside(zone, start, max(start, today))).lines().items():
        yield note(f"Passed over: {line}. To have them read, {ADVICE[why]}.")
    return files


def _read(zone: LandingZone, file: LandedFile) -> Findings[None]:
    with zone.open(file) as stream:
        stream.read(1)
    yield ok(f"{file.name} can be read.")


def _write(zone: LandingZone, place: Path | S3Url, what: str, setting: str) -> Findings[bool]:
    if isinstance(zone, S3Zone):
        zone.try_write()
    elif isinstance(place, Path) and (why := unwritable(place)):
        yield fix(f"{what} cannot be written ({why}): set {setting} to another folder.")
        return False
    yield ok(f"{what} can be written to {zone.url}.")
    return True
