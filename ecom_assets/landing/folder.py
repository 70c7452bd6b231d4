"""The landing zone as a local folder.

A file's etag is made of its size and its times in nanoseconds: when it was written, and when
anything of it last changed, which the file system alone sets. A program may give a rewritten file
its old size and time (`cp -p`, `rsync -t`), but not that. Reading the content to list it would cost
as much as loading it. Of a file that was only moved or given other permissions the etag changes as
well: it is loaded once more, and its rows stay the same.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, cast

from ecom_assets.landing.zone import (
    FileChanged,
    FileVanished,
    LandedFile,
    LandingError,
    LandingZone,
    Scan,
    day_of,
    folder_of,
    is_hidden,
    is_sales_file,
)

EPOCH = datetime(1970, 1, 1)


class FolderZone(LandingZone):
    """A landing zone below a local folder, which need not exist yet."""

    settle_seconds = 10
    """A program that writes a file in place writes again within that time; one that stalls for
    longer is found out at the next look, by the file's change."""

    def __init__(self, root: Path, setting: str = "ECOM_LANDING") -> None:
        self._root = root
        self._setting = setting  # that names the folder, for messages

    @property
    def url(self) -> str:
        return str(self._root)

    def scan(self, first_day: date, last_day: date, at_most_files: float) -> Scan:
        files: list[LandedFile] = []
        others: list[str] = []
        for day in self._days():
            if first_day <= day <= last_day:
                if len(files) >= at_most_files:
                    return Scan(files, day, others)
                files += sorted(self._list_day(day, others), key=attrgetter("name"))
        return Scan(files, None, others)

    def _days(self) -> list[date]:
        with _explained(self._root):
            try:
                names = os.listdir(self._root)
            except FileNotFoundError:
                return []
            return sorted(day for day in map(day_of, names) if day)

    def _list_day(self, day: date, others: list[str]) -> Iterator[LandedFile]:
        """A day's files; the names of those of another suffix are added to `others`."""
        folder = self._root / folder_of(day)
        with _explained(folder):
            if self._leads_out(str(folder)):
                raise LandingError(
                    f"{folder} is a link that leads out of the landing folder: put the folder "
                    "itself in its place."
                )
            for parent, folders, names in os.walk(folder, onerror=_unless_gone):
                folders[:] = [f for f in folders if not is_hidden(f)]
                below = os.path.relpath(parent, self._root).replace(os.sep, "/")
                for name in names:
                    if not is_sales_file(name):
                        if not is_hidden(name):
                            others.append(f"{below}/{name}")
                        continue
                    try:
                        found = os.lstat(f"{parent}{os.sep}{name}")
                        if stat.S_ISLNK(found.st_mode):
                            with self._open_inside(f"{below}/{name}") as stream:
                                found = os.fstat(stream.fileno())
                    except FileNotFoundError:
                        continue  # went while we were looking
                    if not stat.S_ISREG(found.st_mode):
                        raise self._no_file_of_its_own(f"{below}/{name}")
                    yield _landed(_readable(f"{below}/{name}"), day, found)

    def top(self) -> Iterator[str]:
        with _explained(self._root):
            try:
                found = sorted(os.scandir(self._root), key=attrgetter("name"))
            except FileNotFoundError:
                return
        # a link is not followed: what it leads to may be nobody's to see
        yield from (f"{e.name}/" if e.is_dir(follow_symlinks=False) else e.name for e in found)

    def below(self, folder: str) -> Iterator[str]:
        # what may not be listed is left out: nothing in there would be taken in
        for parent, folders, names in os.walk(self._root / folder):
            folders[:] = sorted(f for f in folders if not is_hidden(f))
            inside = os.path.relpath(parent, self._root).replace(os.sep, "/")
            yield from (f"{inside}/{name}" for name in sorted(names))

    def _leads_out(self, path: str) -> bool:
        """Whether a folder's content is not below the landing folder."""
        return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self._root))

    def _open_inside(self, name: str) -> BinaryIO:
        """A file below the landing folder, opened there and nowhere else.

        Whoever may put links there must not have the pipeline read and show what they may not read
        themselves. A link that leads out is refused; and as what was looked at may be another link
        a moment later, the way that was found is gone from folder to folder, following none.
        """
        root = os.path.realpath(self._root)
        way = os.path.relpath(os.path.realpath(f"{root}/{name}"), root).split(os.sep)
        if way[0] == os.pardir:
            raise self._no_file_of_its_own(name)
        at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for folder in way[:-1]:
                inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                os.close(at)
                at = inner
            # a pipe would keep us waiting for somebody to write to it
            opened = os.open(way[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):  # a link that was none a moment ago
                raise self._no_file_of_its_own(name) from None
            raise
        finally:
            os.close(at)
        return os.fdopen(opened, "rb")

    def _no_file_of_its_own(self, name: str) -> LandingError:
        return LandingError(
            f"{name} in {self._root} is no file of its own, but a link that leads out of there, or "
            "a device: put the file itself in its place."
        )

    def open(self, file: LandedFile) -> BinaryIO:
        try:
            stream = self._open_inside(file.name)
        except FileNotFoundError:
            raise FileVanished(f"{file.name} is no longer in {self._root}.") from None
        except OSError as error:
            raise LandingError(
                f"{file.name} cannot be read ({error.strerror}): check its permissions."
            ) from error
        if _landed(file.name, file.day, os.fstat(stream.fileno())).etag != file.etag:
            stream.close()
            raise FileChanged.since_listed(file)
        return cast(BinaryIO, _Unchanged(stream, file))

    def write(self, name: str, blocks: Iterable[bytes]) -> None:
        path = self._root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, blocks)
        except OSError as error:
            raise LandingError(
                f"{name} cannot be written to {self._root} ({error.strerror}): "
                f"check that {self._setting} names a folder you may write to, with room on its "
                "disk."
            ) from error


def replace_file(path: Path, blocks: Iterable[bytes]) -> None:
    """Write a file that nobody finds half of; readable by everybody.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
    # a hidden name in the same folder: never listed, and renamed in one step
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(blocks)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


class _Unchanged:
    """A file opened for reading that reports when it was written to while it was read."""

    def __init__(self, stream: BinaryIO, file: LandedFile) -> None:
        self._stream = stream
        self._file = file
        opened = os.fstat(stream.fileno())
        self._written = (opened.st_mtime_ns, opened.st_size)

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        if len(block) < size or size < 0:  # the end
            now = os.fstat(self._stream.fileno())
            same = _landed(self._file.name, self._file.day, now).etag == self._file.etag
            if not same and now.st_nlink == 0:  # taken away or replaced: a change of it, too
                same = (now.st_mtime_ns, now.st_size) == self._written
            if not same:
                raise FileChanged(
                    f"{self._file.name} changed while it was read: "
                    "materialize the day again when its writer is done."
                )
        return block

    def __enter__(self) -> "_Unchanged":
        return self

    def __exit__(self, *exception: object) -> None:
        self._stream.close()


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LandingError(
            f"The landing folder {folder} cannot be listed ({error.strerror}): "
            "check that ECOM_LANDING names a folder you may read."
        ) from error


def _readable(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise LandingError(
            f"{name!a} in the landing folder has a name that is no UTF-8: rename the file."
        ) from None
    return name


def _landed(name: str, day: date, found: os.stat_result) -> LandedFile:
    modified = EPOCH + timedelta(seconds=found.st_mtime_ns // 1_000_000_000)
    etag = f"{found.st_mtime_ns:x}-{found.st_ctime_ns:x}-{found.st_size:x}"
    return LandedFile(name, day, etag, found.st_size, modified)


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # no folder, or one that just went: no files
        raise error
