"""What no day takes in is named with why, on a folder and in S3; what is read is read."""

import gzip
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from ecom_assets.assets.answers import REPORT_FILE
from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.lines import UnreadableFile, read_lines
from ecom_assets.landing.passed_over import (
    FOLDERS_LOOKED_INTO,
    NAMES_A_FOLDER,
    NAMES_AT_THE_TOP,
    REPORT,
    PassedOver,
    Why,
    of_another_suffix,
    outside,
)
from ecom_assets.landing.s3 import S3Zone
from ecom_assets.landing.zone import LandingZone
from ecom_assets_tests.landing.test_folder import land
from ecom_assets_tests.support.s3_servers import S3Server, moto_server, rclone_server

DAY, START, TODAY = date(2026, 1, 5), date(2026, 1, 1), date(2026, 1, 9)


@dataclass
class Place:
    """An empty landing zone, and how to put a file into it."""

    zone: LandingZone
    put: Callable[[str, bytes], object]

    def land(self, *names: str) -> None:
        for name in names:
            self.put(name, b"{}\n")

    def why(self) -> dict[str, str]:
        """All that is passed over."""
        scan = self.zone.scan(START, TODAY, 1_000_000)
        found = of_another_suffix(scan.others) | outside(self.zone, START, TODAY)
        assert found.is_all
        return {name: str(why) for name, why in found.why.items()}


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with moto_server() as started:
        yield started


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "folder":
        return Place(FolderZone(tmp_path), lambda name, content: land(tmp_path, name, content))
    server: S3Server = request.getfixturevalue("s3")
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    prefix, client = f"in/{tmp_path.name}", server.client()
    return Place(
        S3Zone(server.bucket, prefix),
        lambda name, content: client.put_object(
            Bucket=server.bucket, Key=f"{prefix}/{name}", Body=content
        ),
    )


# ---- what is read


READ = ["a.jsonl", "b.JSONL", "c.ndjson", "d.NDJSON.GZ", "e.jsonl.gz", "f.Ndjson.Gz", "g.JsonL.gz"]


def test_every_suffix_is_read_in_capitals_too(place: Place) -> None:
    content = b'{"event_id": "one"}\n{"event_id": "two"}\n'
    for name in READ:
        packed = name.lower().endswith(".gz")
        place.put(f"dt={DAY}/{name}", gzip.compress(content) if packed else content)
    files = place.zone.list_files(DAY, DAY)
    assert [file.name for file in files] == [f"dt={DAY}/{name}" for name in READ]
    for file in files:
        texts = [text for lines in read_lines(place.zone, file) for text in lines.texts.to_pylist()]
        assert texts == content.decode().split("\n")[:-1], file.name
    assert place.why() == {}


def test_an_empty_upload_in_capitals_is_damaged_as_any_other(place: Place) -> None:
    place.put(f"dt={DAY}/a.NDJSON.GZ", b"")
    (file,) = place.zone.list_files(DAY, DAY)
    with pytest.raises(UnreadableFile, match="it is empty"):
        list(read_lines(place.zone, file))


# ---- what is not


@pytest.mark.parametrize(
    ("name", "why"),
    [
        *[
            (f"dt={DAY}/{name}", "suffix")
            for name in ("a.json", "a.csv", "a.jsonl.zst", "a.jsonl.gz.tmp", "sub/a.bz2", "README")
        ],
        *[
            (f"{folder}a.jsonl", "folder")
            for folder in ("", "date=2026-01-05/", "dt=2026-1-5/", "DT=2026-01-05/", "x/deep/er/")
        ],
        ("notes.csv", "folder"),
        ("dt=2025-12-31/a.jsonl", "before the first partition"),
        ("dt=2026-01-10/a.jsonl", "in the future"),
        ("dt=9999-12-31/sub/a.jsonl", "in the future"),
    ],
)
def test_a_file_that_no_day_takes_in_is_named_with_why(place: Place, name: str, why: str) -> None:
    good = [f"dt={day}/a.jsonl" for day in (START, DAY, TODAY)]
    place.land(*good, name)
    assert place.why() == {name: why}
    assert [file.name for file in place.zone.list_files(START, TODAY)] == good


def test_temporary_files_markers_and_the_report_are_not_named(place: Place) -> None:
    assert f"{REPORT_FILE}" == REPORT
    place.land(
        *("_SUCCESS", ".part", "_temporary/a.jsonl", ".x/a.csv", "x/.a.csv", "x/_t/a.jsonl"),
        *(f"dt={DAY}/{name}" for name in ("_SUCCESS", ".a.csv", "_t/a.csv", "x/.y/a.csv")),
        *(f"reports/{REPORT}", REPORT),
    )
    assert place.why() == {}


def test_a_landing_zone_that_is_not_there_holds_nothing(place: Place, tmp_path: Path) -> None:
    assert outside(FolderZone(tmp_path / "nowhere"), START, TODAY) == PassedOver({})
    assert place.why() == {}


def test_a_folders_mark_in_s3_is_no_file(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    marks = ("marks/", "marks/x/", "marks/x/sub/", f"marks/dt={DAY}/", f"marks/dt={DAY}/sub/")
    for key in marks:
        s3.client().put_object(Bucket=s3.bucket, Key=key, Body=b"")
    zone = S3Zone(s3.bucket, "marks")
    assert zone.scan(START, TODAY, 10).others == []
    assert outside(zone, START, TODAY) == PassedOver({})


def test_the_order_of_files_and_where_a_scan_stops_is_the_same_beside_others(
    place: Place,
) -> None:
    good = [f"dt={day}/{name}.jsonl" for day in (START, DAY, TODAY) for name in ("a", "b/c", "d")]
    place.land(*reversed(good))
    # where S3 stops follows what it lists, which is what it costs
    limits = (1, 3, 4, 7) if isinstance(place.zone, FolderZone) else (1, 3, 4)
    before = [place.zone.scan(START, TODAY, at_most) for at_most in limits]
    place.land(*(f"dt={DAY}/{name}" for name in ("a.csv", "b/c.json", "e.txt")), "x/a", "z")
    after = place.zone.scan(START, TODAY, 100)
    assert [file.name for file in after.files] == good
    assert sorted(after.others) == [f"dt={DAY}/{name}" for name in ("a.csv", "b/c.json", "e.txt")]
    for scan, at_most in zip(before, limits, strict=True):
        again = place.zone.scan(START, TODAY, at_most)
        assert list(again.files) == list(scan.files)
        assert again.next_day == scan.next_day


# ---- its cost


@pytest.fixture(params=["folder", "s3"])
def many(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Path, LandingZone, list[str]]]:
    """A folder, the zone that it is, and the requests made there: rclone serves it as S3."""
    asked: list[str] = []
    if request.param == "folder":
        yield tmp_path, FolderZone(tmp_path), asked
        return
    with rclone_server(tmp_path) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        zone = S3Zone(server.bucket, "")
        zone._client.meta.events.register("before-call.s3", lambda model, **_: asked.append(model))
        yield tmp_path / server.bucket, zone, asked


@pytest.mark.parametrize("where", ["at the top", "in one folder", "in folders of their own"])
def test_thousands_of_odd_names_cost_few_requests(
    many: tuple[Path, LandingZone, list[str]], where: str
) -> None:
    root, zone, asked = many
    names = {
        "at the top": [f"{n:05}.csv" for n in range(5_000)],
        "in one folder": [f"x/{n:05}.csv" for n in range(5_000)],
        "in folders of their own": [f"{n:05}/a.csv" for n in range(5_000)],
    }[where]
    for name in names:
        land(root, name)
    found = outside(zone, START, TODAY)
    assert len(asked) <= NAMES_AT_THE_TOP // 1_000 + FOLDERS_LOOKED_INTO
    expected = {"at the top": 5_000, "in one folder": NAMES_A_FOLDER}.get(where, 5_000)
    assert len(found.why) == expected
    assert found.is_all == (where == "at the top")
    assert found.lines()[Why.FOLDER].startswith(
        f"{'' if found.is_all else 'at least '}{expected:,} files (folder): "
    )


def test_a_day_of_many_others_is_one_listing_as_before(
    many: tuple[Path, LandingZone, list[str]],
) -> None:
    root, zone, asked = many
    for n in range(2_500):
        land(root, f"dt={DAY}/{n:04}.{'csv' if n % 2 else 'jsonl'}")
    scan = zone.scan(DAY, DAY, 1_000_000)
    assert (len(scan.files), len(scan.others)) == (1_250, 1_250)
    assert len(asked) <= 3


# ---- how it is shown


def test_names_are_shown_harmless_and_few_of_them() -> None:
    names = [
        f"dt={DAY}/{name}" for name in ("@all.csv", "<b>.csv", "[x](http://y).csv", "\x1b.csv")
    ]
    found = of_another_suffix([*names, *(f"dt={DAY}/z{n}.csv" for n in range(4))])
    (line,) = found.lines().values()
    assert line.startswith("8 files (suffix): ")
    assert line.endswith(f"dt={DAY}/z0.csv and 3 more")
    assert not set(line) & set("@<>[]\x1b")
    (one,) = of_another_suffix(["a.csv"]).lines().values()
    assert one == "1 file (suffix): a.csv"


def test_a_name_that_is_no_utf_8_is_named_all_the_same(tmp_path: Path) -> None:
    for folder in (f"dt={DAY}", "x"):
        (tmp_path / folder).mkdir()
        open(os.fsencode(tmp_path / folder) + b"/\xff.csv", "wb").close()
    place = Place(FolderZone(tmp_path), print)
    assert place.why() == {f"dt={DAY}/\ufffd.csv": "suffix", "x/\ufffd.csv": "folder"}


def test_links_are_named_and_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "landing"
    land(tmp_path, "elsewhere/secret.csv")
    for name in ("x", "dt=2025-12-31"):
        root.mkdir(exist_ok=True)
        (root / name).symlink_to(tmp_path / "elsewhere")
    assert Place(FolderZone(root), print).why() == {
        "dt=2025-12-31": "before the first partition",
        "x": "folder",
    }


def test_a_folder_that_may_not_be_read_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mounted disk has a `lost+found`, which belongs to root."""
    land(tmp_path, "lost+found/a")
    land(tmp_path, "x/a.csv")
    scanned = os.scandir

    def scan(path: os.PathLike[str]) -> object:
        if Path(path).name == "lost+found":
            raise PermissionError(13, "Permission denied")
        return scanned(path)

    monkeypatch.setattr(os, "scandir", scan)
    assert Place(FolderZone(tmp_path), print).why() == {"x/a.csv": "folder"}
