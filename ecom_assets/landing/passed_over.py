"""What no day takes in, and why: files of another suffix, in another folder, of another day.

Hidden files are left out: temporary files and markers have such names. A look at what lies outside
the days' folders asks for a bounded number of names, however much lies there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice

from ecom_assets.landing.zone import LandingZone, day_of, is_hidden
from ecom_assets.text.foreign_text import harmless

NAMES_AT_THE_TOP = 10_000
"""Files and folders looked at there: as many as the days of 27 years, or ten requests to S3."""
FOLDERS_LOOKED_INTO = 20
"""A request to S3 each."""
NAMES_A_FOLDER = 1_000
"""As many as S3 names at a time."""
REPORT = "sales_report.html"
"""The pipeline's own file, which may lie in the landing zone."""
NAMES_SHOWN = 5
"""Of each reason; a line of a chat."""


class Why(StrEnum):
    """Why a file is passed over."""

    SUFFIX = "suffix"
    FOLDER = "folder"
    BEFORE = "before the first partition"
    FUTURE = "in the future"


@dataclass(frozen=True)
class PassedOver:
    """Files that no day takes in.

    Attributes:
        why: by name below the landing zone; a folder that was not looked into stands for its files.
        is_all: whether there are no others.
    """

    why: Mapping[str, Why]
    is_all: bool = True

    def __or__(self, other: "PassedOver") -> "PassedOver":
        return PassedOver({**self.why, **other.why}, self.is_all and other.is_all)

    def lines(self) -> Mapping[Why, str]:
        """For each reason how many there are, and some of their names, harmless to show."""
        return {why: self._line(why, names) for why in Why if (names := self._names(why))}

    def _names(self, why: Why) -> Sequence[str]:
        return [name for name, reason in self.why.items() if reason is why]

    def _line(self, why: Why, names: Sequence[str]) -> str:
        count = f"{len(names):,} file{'s' if len(names) > 1 else ''}"
        more = len(names) - NAMES_SHOWN
        return (
            f"{'' if self.is_all else 'at least '}{count} ({why}): "
            f"{', '.join(map(harmless, names[:NAMES_SHOWN]))}"
            f"{f' and {more:,} more' if more > 0 else ''}"
        )


def of_another_suffix(names: Iterable[str]) -> PassedOver:
    """What a scan of days has found beside their files."""
    return PassedOver({_printable(name): Why.SUFFIX for name in sorted(names)})


def outside(zone: LandingZone, first_day: date, today: date) -> PassedOver:
    """What lies outside the folders of these days, both included; today's is not due yet.

    Raises:
        LandingError: the zone cannot be listed.
    """
    names = list(islice(zone.top(), NAMES_AT_THE_TOP))
    is_all = len(names) < NAMES_AT_THE_TOP
    why: dict[str, Why] = {}
    folders = 0
    for name in names:
        reason = why_outside(name, first_day, today)
        if reason is None:
            continue
        files: Sequence[str] = [name]
        if name.endswith("/"):
            folders += 1
            if folders <= FOLDERS_LOOKED_INTO:
                inside = list(islice(zone.below(name), NAMES_A_FOLDER))
                is_all = is_all and len(inside) < NAMES_A_FOLDER
                files = list(_to_be_named(inside))
            else:
                is_all = False
        why |= {_printable(file): reason for file in files}
    return PassedOver(why, is_all)


def why_outside(name: str, first_day: date, today: date) -> Why | None:
    """Why a file or folder at the top is of none of these days; None: it is of one, or hidden."""
    day = day_of(name.removesuffix("/"))
    if not name or is_hidden(name) or name == REPORT:
        return None
    if day is None:
        return Why.FOLDER
    if day < first_day:
        return Why.BEFORE
    return Why.FUTURE if day > today else None


def _to_be_named(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if not is_hidden(name) and not name.endswith(("/", f"/{REPORT}")):
            yield name


def _printable(name: str) -> str:
    """A name that is no UTF-8, so that it can be written down."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
