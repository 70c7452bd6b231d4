"""The landing zone as a folder: which files it lists, how it reads and writes them."""

import os
import stat
import threading
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.zone import (
    FileChanged,
    FileVanished,
    LandedFile,
    LandingError,
    manifest_version,
)

DAY = date(2026, 1, 5)
NEXT = date(2026, 1, 6)


def land(root: Path, name: str, content: bytes = b"a\n") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(root: Path, first: date = DAY, last: date = DAY) -> list[str]:
    return [file.name for file in FolderZone(root).list_files(first, last)]


def the_file(root: Path) -> LandedFile:
    (file,) = FolderZone(root).list_files(DAY, DAY)
    return file


# ---- listing


@pytest.mark.parametrize("kind", ["file", "folder", "chain"])
def test_a_link_that_leads_out_of_the_landing_folder_is_refused(tmp_path: Path, kind: str) -> None:
    """Whoever may write there must not have the pipeline show what it alone may read."""
    root = tmp_path / "landing"
    land(root, "dt=2026-01-06/a.jsonl")
    secret = land(tmp_path, "elsewhere/x.jsonl", b"secret\n")
    if kind == "folder":
        (root / "dt=2026-01-05").symlink_to(secret.parent)
    else:
        (root / "dt=2026-01-05").mkdir()
        (root / "dt=2026-01-05/b.txt").symlink_to(secret)
        target = secret if kind == "file" else root / "dt=2026-01-05/b.txt"
        (root / "dt=2026-01-05/x.jsonl").symlink_to(target)
    for look in (lambda: names(root), lambda: FolderZone(root).scan(DAY, NEXT, 10)):
        with pytest.raises(LandingError, match=r"is .*a link that leads out") as raised:
            look()
        assert "dt=2026-01-05" in str(raised.value)
        assert "secret" not in str(raised.value)


def test_a_link_within_the_landing_folder_and_one_to_it_are_followed(tmp_path: Path) -> None:
    land(tmp_path, "disk/dt=2026-01-06/a.jsonl")
    (tmp_path / "disk/dt=2026-01-05").mkdir()
    (tmp_path / "disk/dt=2026-01-05/b.jsonl").symlink_to("../dt=2026-01-06/a.jsonl")
    (tmp_path / "landing").symlink_to(tmp_path / "disk")
    assert names(tmp_path / "landing", DAY, NEXT) == [
        "dt=2026-01-05/b.jsonl",
        "dt=2026-01-06/a.jsonl",
    ]


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "dt=2026-01-05").mkdir()
    os.mkfifo(tmp_path / "dt=2026-01-05/pipe.jsonl")
    with pytest.raises(LandingError, match=r"pipe\.jsonl .*is no file"):
        names(tmp_path)


@pytest.mark.parametrize("folder", ["dt=..", "dt=2026-01-05..", "dt=2026-01-05\n", "dt=2026-1-5"])
def test_a_folder_that_is_no_day_is_none(tmp_path: Path, folder: str) -> None:
    land(tmp_path, f"{folder}/a.jsonl")
    assert FolderZone(tmp_path).scan(date(2000, 1, 1), date(2100, 1, 1), 10).files == []


def test_no_folder_is_no_files(tmp_path: Path) -> None:
    assert names(tmp_path / "nowhere") == []
    assert names(tmp_path) == []
    (tmp_path / "dt=2026-01-05").mkdir()
    assert names(tmp_path) == []


def test_a_range_has_the_files_of_its_days_and_no_others_in_order_of_name(tmp_path: Path) -> None:
    listed = ["dt=2026-01-05/b.jsonl", "dt=2026-01-06/a.jsonl.gz", "dt=2026-01-06/c.jsonl"]
    for name in [*reversed(listed), "dt=2026-01-04/x.jsonl", "dt=2026-01-07/x.jsonl", "x.jsonl"]:
        land(tmp_path, name)
    found = FolderZone(tmp_path).list_files(DAY, NEXT)
    assert [file.name for file in found] == listed
    assert [file.day for file in found] == [DAY, NEXT, NEXT]


@pytest.mark.parametrize(
    "name",
    [
        *[
            ".hidden.jsonl",
            "_temporary.jsonl",
            ".a.jsonl.part",
            "a.json",
            "a.jsonl.tmp",
            "a.jsonl~",
        ],
        *["a.jsonl.bz2", "a.csv", "README", "_SUCCESS", "a.JSONL.bak", "jsonl", "a.gz"],
        *[".hidden/a.jsonl", "_temporary/0/a.jsonl", "deep/.hidden/a.jsonl", "deep/_x/a.jsonl"],
        *[".jsonl", ".jsonl.gz"],
    ],
)
def test_hidden_and_other_files_are_ignored(tmp_path: Path, name: str) -> None:
    land(tmp_path, f"dt=2026-01-05/{name}")
    land(tmp_path, "dt=2026-01-05/good.jsonl")
    assert names(tmp_path) == ["dt=2026-01-05/good.jsonl"]


@pytest.mark.parametrize("folder", ["dt=2026-1-5", "dt=20260105", "2026-01-05", "DT=2026-01-05"])
def test_a_folder_of_another_name_is_no_day(tmp_path: Path, folder: str) -> None:
    land(tmp_path, f"{folder}/a.jsonl")
    assert names(tmp_path) == []


def test_files_in_subfolders_belong_to_the_day(tmp_path: Path) -> None:
    listed = [
        "dt=2026-01-05/a.jsonl",
        "dt=2026-01-05/eu/north/b.jsonl.gz",
        "dt=2026-01-05/us.jsonl",
    ]
    for name in listed:
        land(tmp_path, name)
    assert names(tmp_path) == listed


STRANGE = [
    "it's.jsonl", 'say "hi".jsonl', "two words.jsonl", " leading.jsonl",
    "a;drop table x;--.jsonl", "new\nline.jsonl", "tab\there.jsonl", "star*.jsonl",
    "what?.jsonl", "[abc].jsonl", "{a,b}.jsonl", "**.jsonl", "back\\slash.jsonl",
    "per%20cent.jsonl", "50%.jsonl", "a#b.jsonl", "a&b=c.jsonl", "a+b.jsonl", "~a.jsonl",
    "$HOME.jsonl", "${x}.jsonl", "`x`.jsonl", ":name.jsonl", "a:b.jsonl", "café.jsonl",
    "cafe\u0301.jsonl", "日本.jsonl", "😀.jsonl", "-rf.jsonl", "a..jsonl", "a.jsonl.jsonl",
    "a.jsonl.gz.jsonl", "file:a.jsonl", "s3:a.jsonl", "dt=2026-01-06.jsonl",
    "x" * 240 + ".jsonl", "a\u00a0b.jsonl", "\u202egnp.jsonl", "a|b.jsonl", "<a>.jsonl",
    "@a.jsonl", "a,b.jsonl", "'.jsonl",
]  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_a_name_may_hold_anything(tmp_path: Path, name: str) -> None:
    content = name.encode()
    land(tmp_path, f"dt=2026-01-05/{name}", content)
    land(tmp_path, "dt=2026-01-05/a.jsonl", b"another")
    zone = FolderZone(tmp_path)
    files = {file.name: file for file in zone.list_files(DAY, DAY)}
    assert set(files) == {f"dt=2026-01-05/{name}", "dt=2026-01-05/a.jsonl"}
    with zone.open(files[f"dt=2026-01-05/{name}"]) as stream:
        assert stream.read() == content
    FolderZone(tmp_path / "other").write(f"dt=2026-01-05/{name}", [content])
    assert names(tmp_path / "other") == [f"dt=2026-01-05/{name}"]


def test_the_root_may_have_a_strange_name(tmp_path: Path) -> None:
    root = tmp_path / "it's [a] *root*; é"
    land(root, "dt=2026-01-05/a.jsonl", b"x")
    with FolderZone(root).open(the_file(root)) as stream:
        assert stream.read() == b"x"


def test_a_listed_file_says_its_size_and_its_time(tmp_path: Path) -> None:
    path = land(tmp_path, "dt=2026-01-05/a.jsonl", b"12345")
    os.utime(path, ns=(0, 1_767_607_200_987_654_321))
    file = the_file(tmp_path)
    assert file.size == 5
    assert file.last_modified == datetime(2026, 1, 5, 10, 0, 0)


@pytest.mark.parametrize("change", ["content", "size", "time"])
def test_the_etag_changes_with_the_content_and_not_without(tmp_path: Path, change: str) -> None:
    path = land(tmp_path, "dt=2026-01-05/a.jsonl", b"12345")
    os.utime(path, ns=(10, 10))
    before = the_file(tmp_path)
    assert the_file(tmp_path) == before
    if change == "content":
        path.write_bytes(b"54321")
    elif change == "size":
        path.write_bytes(b"123456")
        os.utime(path, ns=(10, 10))
    else:
        os.utime(path, ns=(10, 11))
    after = the_file(tmp_path)
    assert after.etag != before.etag
    assert manifest_version([after]) != manifest_version([before])


def test_a_file_that_goes_while_it_is_listed_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        land(tmp_path, f"dt=2026-01-05/{name}.jsonl")
    (tmp_path / "dt=2026-01-05/dangling.jsonl").symlink_to(tmp_path / "nowhere")
    looked = os.lstat

    def gone(path: Any, *arguments: Any, **options: Any) -> os.stat_result:
        if str(path).endswith("b.jsonl"):
            raise FileNotFoundError(path)
        return looked(path, *arguments, **options)

    monkeypatch.setattr(os, "lstat", gone)
    assert names(tmp_path) == ["dt=2026-01-05/a.jsonl", "dt=2026-01-05/c.jsonl"]


def test_a_subfolder_that_goes_while_it_is_listed_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/1", "b/1", "c/1", "d/1"):
        land(tmp_path, f"dt=2026-01-05/{name}.jsonl")
    scanned = os.scandir
    gone: list[str] = []

    def scan(path: Any) -> Any:
        if Path(path).name in "abcd" and not gone:  # the first of them, whichever it is
            gone.append(Path(path).name)
            raise FileNotFoundError(path)
        return scanned(path)

    monkeypatch.setattr(os, "scandir", scan)
    found = names(tmp_path)
    assert len(gone) == 1
    assert found == [f"dt=2026-01-05/{name}/1.jsonl" for name in "abcd" if name not in gone]


def test_a_landing_zone_that_is_no_folder_is_an_error_that_names_the_setting(
    tmp_path: Path,
) -> None:
    root = tmp_path / "landing"
    root.write_text("a file")
    with pytest.raises(LandingError, match="ECOM_LANDING"):
        names(root)


def test_a_day_that_is_no_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "dt=2026-01-05").write_text("a file")
    with pytest.raises(LandingError, match="dt=2026-01-05"):
        names(tmp_path)


def refuse(*_: Any, **__: Any) -> Any:
    raise PermissionError(13, "Permission denied")


def test_a_folder_that_may_not_be_listed_is_an_error_and_not_an_empty_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "dt=2026-01-05/a.jsonl")
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(LandingError, match=r"dt=2026-01-05.*Permission denied.*ECOM_LANDING"):
        names(tmp_path)


def test_a_subfolder_that_may_not_be_listed_is_an_error_and_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "dt=2026-01-05/a.jsonl")
    land(tmp_path, "dt=2026-01-05/eu/b.jsonl")
    scanned = os.scandir
    monkeypatch.setattr(os, "scandir", lambda p: refuse() if str(p).endswith("eu") else scanned(p))
    with pytest.raises(LandingError, match="Permission denied"):
        names(tmp_path)


# ---- looking through a history


def test_a_scan_gives_whole_days_in_order_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    days = [date(2026, 1, n) for n in (2, 3, 7, 9)]
    for day in days:
        for name in ("c.jsonl", "a.jsonl", "sub/b.jsonl.gz", "_x.jsonl"):
            land(tmp_path, f"dt={day}/{name}")
    for folder in ("dt=2025-12-31", "dt=2026-01-10", "dt=2026-1-5", "dt=", "dt=2026-01-07x", "x"):
        land(tmp_path, f"{folder}/a.jsonl")
    zone = FolderZone(tmp_path)
    first, last = date(2026, 1, 1), date(2026, 1, 9)
    everything = zone.list_files(first, last)
    assert len(everything) == 12
    for at_most, cuts in ((1, days[1:]), (3, days[1:]), (4, days[2::2]), (6, days[2::2]), (9, [])):
        found: list[LandedFile] = []
        stops: list[date] = []
        start: date | None = first
        while start:
            scan = zone.scan(start, last, at_most)
            found += scan.files
            start = scan.next_day
            stops += [start] if start else []
        assert found == everything
        if cuts:
            assert stops == cuts


def test_a_scan_lists_no_more_days_than_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(1, 31):
        land(tmp_path, f"dt=2026-01-{n:02}/a.jsonl")
    listed: list[str] = []
    scanned = os.scandir

    def scan(path: Any) -> Any:
        listed.append(Path(path).name)
        return scanned(path)

    monkeypatch.setattr(os, "scandir", scan)
    some = FolderZone(tmp_path).scan(date(2026, 1, 5), date(2026, 1, 30), 3)
    assert some.next_day == date(2026, 1, 8)
    assert listed == [f"dt=2026-01-0{n}" for n in (5, 6, 7)]


def test_a_scan_of_no_folder_finds_nothing_and_of_no_readable_one_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = FolderZone(tmp_path / "nowhere").scan(DAY, NEXT, 10)
    assert (list(scan.files), scan.next_day) == ([], None)
    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(LandingError, match=r"Permission denied.*ECOM_LANDING"):
        FolderZone(tmp_path).scan(DAY, NEXT, 10)


def test_a_file_in_a_folder_may_be_half_written_for_a_while(tmp_path: Path) -> None:
    assert FolderZone(tmp_path).settle_seconds > 0


# ---- reading


def test_a_file_is_read_byte_for_byte(tmp_path: Path) -> None:
    content = bytes(range(256)) * 100
    land(tmp_path, "dt=2026-01-05/a.jsonl", content)
    with FolderZone(tmp_path).open(the_file(tmp_path)) as stream:
        assert stream.read(1) + stream.read(255) + stream.read() == content
        assert stream.read() == b""


def test_a_vanished_file_is_said_to_have_vanished(tmp_path: Path) -> None:
    path = land(tmp_path, "dt=2026-01-05/a.jsonl")
    file = the_file(tmp_path)
    path.unlink()
    with pytest.raises(FileVanished, match=r"dt=2026-01-05/a\.jsonl"):
        FolderZone(tmp_path).open(file)


@pytest.mark.parametrize("how", ["in place", "replaced", "touched"])
def test_a_file_rewritten_after_it_was_listed_is_not_opened(tmp_path: Path, how: str) -> None:
    path = land(tmp_path, "dt=2026-01-05/a.jsonl", b"old\n")
    os.utime(path, ns=(1, 1))
    file = the_file(tmp_path)
    if how == "in place":
        path.write_bytes(b"new\n")
    elif how == "replaced":
        os.replace(land(tmp_path, "new", b"new\n"), path)
    else:
        os.utime(path, ns=(2, 2))
    with pytest.raises(FileChanged, match=r"dt=2026-01-05/a\.jsonl"):
        FolderZone(tmp_path).open(file)


@pytest.mark.parametrize("size", [3, 4, 1_000, -1])
@pytest.mark.parametrize("change", [b"new!", b"longer than before", b""])
def test_a_file_rewritten_while_it_is_read_is_said_to_have_changed(
    tmp_path: Path, change: bytes, size: int
) -> None:
    path = land(tmp_path, "dt=2026-01-05/a.jsonl", b"old\n")
    os.utime(path, ns=(1, 1))
    file = the_file(tmp_path)
    with FolderZone(tmp_path).open(file) as stream:
        if size > 0:
            stream.read(1)
        path.write_bytes(change)
        with pytest.raises(FileChanged, match=r"dt=2026-01-05/a\.jsonl"):
            read_to_the_end(stream.read, size)


def test_a_file_read_in_one_go_is_said_to_have_changed_at_once(tmp_path: Path) -> None:
    path = land(tmp_path, "dt=2026-01-05/a.jsonl", b"old\n")
    os.utime(path, ns=(1, 1))
    with FolderZone(tmp_path).open(the_file(tmp_path)) as stream:
        path.write_bytes(b"new!")
        with pytest.raises(FileChanged):
            stream.read()


def read_to_the_end(read: Any, size: int) -> None:
    while read(size):
        pass


def test_a_file_appended_to_while_it_is_read_is_said_to_have_changed(tmp_path: Path) -> None:
    path = land(tmp_path, "dt=2026-01-05/a.jsonl", b"a\n")
    os.utime(path, ns=(1, 1))
    with FolderZone(tmp_path).open(the_file(tmp_path)) as stream:
        assert stream.read(2) == b"a\n"
        with path.open("ab") as writer:
            writer.write(b"b\n")
        with pytest.raises(FileChanged):
            read_to_the_end(stream.read, 1_000)


def test_a_file_replaced_while_it_is_read_is_read_to_its_old_end(tmp_path: Path) -> None:
    path = land(tmp_path, "dt=2026-01-05/a.jsonl", b"old version\n")
    with FolderZone(tmp_path).open(the_file(tmp_path)) as stream:
        first = stream.read(3)
        os.replace(land(tmp_path, "new", b"new version, longer\n"), path)
        assert first + stream.read() == b"old version\n"


def test_a_file_removed_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = land(tmp_path, "dt=2026-01-05/a.jsonl", b"old version\n")
    with FolderZone(tmp_path).open(the_file(tmp_path)) as stream:
        first = stream.read(3)
        path.unlink()
        assert first + stream.read() == b"old version\n"


def test_a_file_that_may_not_be_read_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, "dt=2026-01-05/a.jsonl")
    file = the_file(tmp_path)
    real = os.open

    def open_folders(path: str, flags: int, **how: Any) -> int:
        return real(path, flags, **how) if flags & os.O_DIRECTORY else refuse()

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", open_folders)
        with pytest.raises(LandingError, match=r"a\.jsonl.*Permission denied") as raised:
            FolderZone(tmp_path).open(file)
    assert not isinstance(raised.value, FileVanished | FileChanged)


# ---- writing


def everything(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_written_file_is_there_whole_with_its_folders(tmp_path: Path) -> None:
    root = tmp_path / "not yet" / "there"
    FolderZone(root).write("dt=2026-01-05/a.jsonl", [b"a\n", b"", b"b\n"])
    assert everything(root) == {"dt=2026-01-05/a.jsonl": b"a\nb\n"}
    assert names(root) == ["dt=2026-01-05/a.jsonl"]


def test_a_written_file_takes_the_place_of_one_with_its_name(tmp_path: Path) -> None:
    land(tmp_path, "dt=2026-01-05/a.jsonl", b"a longer old content\n")
    FolderZone(tmp_path).write("dt=2026-01-05/a.jsonl", [b"new\n"])
    assert everything(tmp_path) == {"dt=2026-01-05/a.jsonl": b"new\n"}


def test_a_written_file_may_be_read_by_others(tmp_path: Path) -> None:
    FolderZone(tmp_path).write("dt=2026-01-05/a.jsonl", [b"a\n"])
    mode = (tmp_path / "dt=2026-01-05/a.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o644


def test_a_file_is_not_listed_before_it_is_whole(tmp_path: Path) -> None:
    zone = FolderZone(tmp_path)

    def blocks() -> Iterator[bytes]:
        for block in (b"a\n", b"b\n"):
            assert zone.list_files(DAY, DAY) == []
            yield block
        assert zone.list_files(DAY, DAY) == []

    zone.write("dt=2026-01-05/a.jsonl", blocks())
    assert names(tmp_path) == ["dt=2026-01-05/a.jsonl"]


class Interrupted(BaseException):
    """Not even an Exception: a Ctrl-C, say."""


@pytest.mark.parametrize("error", [ValueError, Interrupted, KeyboardInterrupt])
@pytest.mark.parametrize("before", [{}, {"dt=2026-01-05/a.jsonl": b"old\n"}])
def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, before: dict[str, bytes], error: type[BaseException]
) -> None:
    for name, content in before.items():
        land(tmp_path, name, content)

    def blocks() -> Iterator[bytes]:
        yield b"new\n" * 100_000
        raise error

    with pytest.raises(error):
        FolderZone(tmp_path).write("dt=2026-01-05/a.jsonl", blocks())
    assert everything(tmp_path) == before


@pytest.mark.parametrize("step", ["mkstemp", "chmod", "replace"])
def test_a_write_that_is_refused_leaves_what_was_there_and_names_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    land(tmp_path, "dt=2026-01-05/a.jsonl", b"old\n")
    monkeypatch.setattr("tempfile.mkstemp" if step == "mkstemp" else f"os.{step}", refuse)
    with pytest.raises(LandingError, match=r"a\.jsonl.*Permission denied.*ECOM_LANDING"):
        FolderZone(tmp_path).write("dt=2026-01-05/a.jsonl", [b"new\n"])
    assert everything(tmp_path) == {"dt=2026-01-05/a.jsonl": b"old\n"}


def test_a_full_disk_leaves_what_was_there_and_says_so(tmp_path: Path) -> None:
    land(tmp_path, "dt=2026-01-05/a.jsonl", b"old\n")

    def blocks() -> Iterator[bytes]:
        yield b"new\n"
        raise OSError(28, "No space left on device")

    with pytest.raises(LandingError, match="No space left on device"):
        FolderZone(tmp_path).write("dt=2026-01-05/a.jsonl", blocks())
    assert everything(tmp_path) == {"dt=2026-01-05/a.jsonl": b"old\n"}


def test_a_file_where_the_folder_should_be_is_an_error_that_names_the_setting(
    tmp_path: Path,
) -> None:
    land(tmp_path, "dt=2026-01-05", b"a file")
    with pytest.raises(LandingError, match="ECOM_LANDING"):
        FolderZone(tmp_path).write("dt=2026-01-05/a.jsonl", [b"a\n"])
    assert everything(tmp_path) == {"dt=2026-01-05": b"a file"}


def secret_and_zone(tmp_path: Path) -> tuple[Path, FolderZone]:
    secret = tmp_path / "outside/dt=2026-01-05/a.jsonl"
    secret.parent.mkdir(parents=True)
    secret.write_text("a secret\n")
    (tmp_path / "landing/dt=2026-01-05").mkdir(parents=True)
    (tmp_path / "landing/dt=2026-01-05/a.jsonl").write_text("a line\n")
    return secret, FolderZone(tmp_path / "landing")


@pytest.mark.parametrize("what", ["the file", "its folder"])
@pytest.mark.parametrize("when", ["once it is listed", "once it is looked at to be opened"])
def test_a_file_that_becomes_a_link_once_it_was_looked_at_is_not_read(
    what: str, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, zone = secret_and_zone(tmp_path)
    (file,) = zone.list_files(DAY, DAY)
    path = tmp_path / "landing" / file.name
    moved, target = (path, secret) if what == "the file" else (path.parent, secret.parent)

    def swap() -> None:
        moved.rename(tmp_path / "landing/.kept")
        moved.symlink_to(target)

    real = os.path.realpath

    def swap_after(looked_at: str | Path) -> str:
        found = real(looked_at)
        if str(looked_at).endswith(file.name) and not moved.is_symlink():
            swap()
        return found

    if when == "once it is listed":
        swap()
    else:
        monkeypatch.setattr(os.path, "realpath", swap_after)
    with pytest.raises(LandingError, match=r"no file of its own, but a link that leads out"):
        zone.open(file)
    assert moved.is_symlink()


def test_whoever_swaps_files_for_links_as_fast_as_they_can_has_nothing_read(
    tmp_path: Path, torture: bool
) -> None:
    secret, zone = secret_and_zone(tmp_path)
    path, link = tmp_path / "landing/dt=2026-01-05/a.jsonl", tmp_path / "landing/.link"
    kept = tmp_path / "landing/.kept"
    os.link(path, kept)
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            link.symlink_to(secret)
            os.replace(link, path)
            os.link(kept, link)
            os.replace(link, path)

    swapping = threading.Thread(target=swap)
    swapping.start()
    read, refused = 0, 0
    try:
        for _ in range(20_000 if torture else 500):
            try:
                for file in zone.list_files(DAY, DAY):
                    with zone.open(file) as stream:
                        assert b"secret" not in stream.read()
                    read += 1
            except (LandingError, FileVanished, FileChanged):
                refused += 1
    finally:
        done.set()
        swapping.join()
    assert read + refused >= 500
    assert refused, "no link was met"
