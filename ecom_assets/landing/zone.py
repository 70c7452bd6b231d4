"""The landing zone's contract: files of JSON lines, one folder per event date.

An adapter lists, opens and (for generated batches) writes files; it knows nothing of what is in
them, of Dagster or of a warehouse. Reading lines out of a file is in `lines.py`.

    zone = FolderZone(Path("data/landing"))
    for file in zone.list_files(date(2026, 1, 1), date(2026, 1, 7)):
        with zone.open(file) as stream:
            stream.read()
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import BinaryIO, Protocol, Self

SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
"""Of the files that are read; in capitals as well."""


@dataclass(frozen=True, order=True)
class LandedFile:
    """One version of one file.

    Attributes:
        name: the path below the landing zone, with `/`: `dt=2026-01-01/sales.jsonl`.
        day: the day of its folder.
        etag: changes when the content does; opaque.
        size: bytes, as stored (compressed, for a `.gz`).
        last_modified: UTC, without a zone.
    """

    name: str
    day: date
    etag: str
    size: int
    last_modified: datetime

    @property
    def is_gzip(self) -> bool:
        """Whether its name says that it is compressed."""
        return self.name.lower().endswith(".gz")


@dataclass(frozen=True)
class Scan:
    """Part of a landing zone: whole days, in order.

    Attributes:
        files: all files of the days looked at, in order of day.
        next_day: the first day with files that was not looked at; None: there are no more.
        others: the names of what else lies in these days' folders, in any order: files of another
            suffix. Hidden ones are left out.
    """

    files: Sequence[LandedFile]
    next_day: date | None
    others: Sequence[str] = field(default_factory=list)


class LandingError(Exception):
    """The landing zone cannot be used; the text says what is wrong, where, and what to do."""


class LandingBusy(LandingError):
    """It cannot be used now, but perhaps a little later: another try is worth it."""


class FileVanished(LandingError):
    """A listed file is no longer there."""


class FileChanged(LandingBusy):
    """Another version took a listed file's place before or while it was read."""

    @classmethod
    def since_listed(cls, file: LandedFile) -> Self:
        """It was before."""
        return cls(f"{file.name} was rewritten after it was listed: materialize the day again.")


class LandingZone(Protocol):
    """What every landing zone does. All names are below the zone."""

    @property
    def url(self) -> str:
        """Where it is, for people."""
        ...

    @property
    def settle_seconds(self) -> int:
        """How long after its last change a file may be half written; 0: files appear whole."""
        ...

    def scan(self, first_day: date, last_day: date, at_most_files: float) -> Scan:
        """The files of these days, both included, in order of name, up to the end of the day that
        reaches `at_most_files`. The cost grows with the files, not with the days. No folder: no
        files."""
        ...

    def list_files(self, first_day: date, last_day: date) -> Sequence[LandedFile]:
        """All files of these days."""
        return self.scan(first_day, last_day, math.inf).files

    def top(self) -> Iterator[str]:
        """The names of files and folders at the top of the zone; a folder's ends with `/`."""
        ...

    def below(self, folder: str) -> Iterator[str]:
        """The names of files below a folder of the top, listed as far as somebody asks for them."""
        ...

    def open(self, file: LandedFile) -> BinaryIO:
        """The file's bytes, exactly the version that was listed.

        Raises:
            FileVanished: it is gone.
            FileChanged: another version took its place; reading may say so as well.
            LandingError: it cannot be read.
        """
        ...

    def write(self, name: str, blocks: Iterable[bytes]) -> None:
        """Write a file whole or not at all, in place of one with that name."""
        ...


def folder_of(day: date) -> str:
    """The name of a day's folder."""
    return f"dt={day.isoformat()}"


def day_of(folder: str) -> date | None:
    """The day whose folder has this name; None: it is no day's folder."""
    try:
        day = date.fromisoformat(folder.removeprefix("dt="))
    except ValueError:
        return None
    return day if folder == folder_of(day) else None


def is_sales_file(below: str) -> bool:
    """Whether a file is one of its day's batch, by its path below the day's folder.

    Names that begin with `.` or `_` are temporary files and markers; so is all below such a folder.
    """
    return below.lower().endswith(SUFFIXES) and not is_hidden(below)


def is_hidden(path: str) -> bool:
    """Whether a file or folder, or one that it is in, is a temporary file or marker by its name."""
    return path.startswith((".", "_")) or "/." in path or "/_" in path


def manifest_version(files: Sequence[LandedFile]) -> str:
    """A fingerprint of a day's files; it changes only when they do."""
    text = "\n".join(f"{f.name}\t{f.etag}\t{f.size}" for f in sorted(files))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
