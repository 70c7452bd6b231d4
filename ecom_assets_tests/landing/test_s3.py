"""The landing zone in S3, over HTTP, on two independent servers; what it says of S3's errors."""

import gzip
import http.server
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecom_assets.landing.lines import read_lines
from ecom_assets.landing.s3 import S3Zone
from ecom_assets.landing.zone import FileChanged, FileVanished, LandedFile, LandingError, Scan
from ecom_assets_tests.support.s3_servers import S3Server, moto_server, rclone_server

DAY = date(2026, 1, 5)
NEXT = date(2026, 1, 6)


@pytest.fixture(scope="module", params=["moto", "rclone"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    if request.param == "moto":
        with moto_server() as started:
            yield started
    else:
        with rclone_server(tmp_path_factory.mktemp("buckets")) as started:
            yield started


@pytest.fixture(autouse=True)
def point_to(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def zone(server: S3Server, request: pytest.FixtureRequest) -> S3Zone:
    return S3Zone(server.bucket, f"a prefix/{abs(hash(request.node.name))}")


def put(server: S3Server, zone: S3Zone, name: str, content: bytes = b"{}\n") -> None:
    key = zone.url.removeprefix(f"s3://{server.bucket}/") + f"/{name}"
    server.client().put_object(Bucket=server.bucket, Key=key, Body=content)


def names(zone: S3Zone, first: date = DAY, last: date = DAY) -> list[str]:
    return [file.name for file in zone.list_files(first, last)]


def test_files_of_the_days_asked_for_in_order_of_name(server: S3Server, zone: S3Zone) -> None:
    for name in (
        *("dt=2026-01-05/b.jsonl", "dt=2026-01-05/a.jsonl.gz", "dt=2026-01-05/sub/c.jsonl"),
        *("dt=2026-01-05/.hidden.jsonl", "dt=2026-01-05/_tmp/d.jsonl", "dt=2026-01-05/e.csv"),
        *("dt=2026-01-04/x.jsonl", "dt=2026-01-06/y.jsonl", "dt=2026-01-055/z.jsonl"),
    ):
        put(server, zone, name)
    on_the_day = ["dt=2026-01-05/a.jsonl.gz", "dt=2026-01-05/b.jsonl", "dt=2026-01-05/sub/c.jsonl"]
    assert names(zone) == on_the_day
    assert names(zone, DAY, NEXT) == [*on_the_day, "dt=2026-01-06/y.jsonl"]
    assert names(zone, date(2025, 1, 1), date(2025, 12, 31)) == []
    listed = zone.list_files(DAY, DAY)[1]
    assert (listed.day, listed.size) == (DAY, 3)
    assert listed.last_modified.tzinfo is None


@pytest.fixture
def page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many files a listing names at most: a thousand, but for moto, which is slow."""
    if request.node.callspec.params["server"] != "moto":
        return 1_000
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "100")
    return 100


def test_a_day_of_more_files_than_a_page(server: S3Server, zone: S3Zone, page: int) -> None:
    zone_names = [f"dt=2026-01-05/{n:04}.jsonl" for n in range(page + page // 10)]
    client = server.client()
    prefix = zone.url.removeprefix(f"s3://{server.bucket}/")
    for name in zone_names:
        client.put_object(Bucket=server.bucket, Key=f"{prefix}/{name}", Body=b"")
    assert names(zone) == zone_names


def test_a_scan_gives_whole_days_in_order_and_goes_on_where_it_stopped(
    server: S3Server, zone: S3Zone
) -> None:
    days = [date(2026, 1, n) for n in (2, 3, 7, 9)]
    for day in days:
        for name in ("c.jsonl", "a.jsonl", "sub/b.jsonl.gz", "_x.jsonl"):
            put(server, zone, f"dt={day}/{name}")
    for folder in (
        *("dt=2025-12-31", "dt=2026-01-10", "dt=2026-1-5", "dt=x", "x"),
        *("dt=2026-01-07x", "dt=2026-01-07-old", "dt=2026-01-020", "du=2026-01-02"),
    ):
        put(server, zone, f"{folder}/a.jsonl")
    first, last = date(2026, 1, 1), date(2026, 1, 9)
    everything = zone.list_files(first, last)
    assert len(everything) == 12
    for at_most in (1, 3, 4, 6, 9, 100):
        found: list[LandedFile] = []
        start: date | None = first
        pieces = 0
        while start:
            scan = zone.scan(start, last, at_most)
            found += scan.files
            start = scan.next_day
            assert start is None or start in days
            pieces += 1
        assert found == everything
        assert pieces == {1: 4, 3: 4, 4: 4, 6: 2, 9: 2, 100: 1}[at_most]
    assert zone.scan(date(2026, 1, 3), date(2026, 1, 3), 9).files == everything[3:6]
    assert zone.scan(date(2025, 1, 1), date(2025, 1, 9), 9) == Scan([], None)
    assert zone.scan(date.min, date.max, 1).next_day == days[0], "whether there are any files"


def test_a_scan_follows_the_files_and_not_the_days(
    server: S3Server, zone: S3Zone, page: int
) -> None:
    client = server.client()
    prefix = zone.url.removeprefix(f"s3://{server.bucket}/")
    many, few = page + 3 * page // 20, 3 * page // 10
    for n in range(many):
        day = date(2024, 1, 1) + timedelta(days=n // 3)
        client.put_object(Bucket=server.bucket, Key=f"{prefix}/dt={day}/{n % 3}.jsonl", Body=b"")
    asked: list[str] = []
    zone._client.meta.events.register("before-call.s3", lambda model, **_: asked.append(model.name))
    scan = zone.scan(date(2024, 1, 1), date(2026, 1, 1), 10_000)
    assert (len(scan.files), scan.next_day) == (many, None)
    assert asked == ["ListObjectsV2"] * 2
    asked.clear()
    first = date(2024, 1, 11)
    scan = zone.scan(first, date(2026, 1, 1), few)
    assert (len(scan.files), scan.next_day) == (few, first + timedelta(days=few // 3))
    assert asked == ["ListObjectsV2"]


def test_an_object_is_never_half_written(zone: S3Zone) -> None:
    assert zone.settle_seconds == 0


@pytest.mark.parametrize("name", ["it's", "a b", "50%", "a+b", "#1", "日本", "a;b", "&=", "(x)"])
def test_a_file_of_any_name(server: S3Server, zone: S3Zone, name: str) -> None:
    put(server, zone, f"dt=2026-01-05/{name}.jsonl", b"content")
    (file,) = zone.list_files(DAY, DAY)
    assert file.name == f"dt=2026-01-05/{name}.jsonl"
    with zone.open(file) as stream:
        assert stream.read() == b"content"


def test_lines_come_out_as_they_went_in(server: S3Server, zone: S3Zone) -> None:
    content = b"".join(b"line %d\n" % n for n in range(200_000))
    put(server, zone, "dt=2026-01-05/a.jsonl", content)
    put(server, zone, "dt=2026-01-05/b.jsonl.gz", gzip.compress(content))
    put(server, zone, "dt=2026-01-05/empty.jsonl", b"")
    for file in zone.list_files(DAY, DAY):
        texts = [text for lines in read_lines(zone, file) for text in lines.texts.to_pylist()]
        assert texts == ([] if file.size == 0 else content.decode().split("\n")[:-1])


def test_a_rewritten_file_is_told_from_the_listed_one(server: S3Server, zone: S3Zone) -> None:
    put(server, zone, "dt=2026-01-05/a.jsonl", b"first")
    (listed,) = zone.list_files(DAY, DAY)
    put(server, zone, "dt=2026-01-05/a.jsonl", b"other")
    (now,) = zone.list_files(DAY, DAY)
    assert now.etag != listed.etag
    with zone.open(now) as stream:
        assert stream.read() == b"other"
    with pytest.raises(FileChanged, match="materialize the day again"):
        zone.open(listed)


def test_a_file_that_is_gone(server: S3Server, zone: S3Zone) -> None:
    put(server, zone, "dt=2026-01-05/a.jsonl")
    (listed,) = zone.list_files(DAY, DAY)
    key = zone.url.removeprefix(f"s3://{server.bucket}/") + "/dt=2026-01-05/a.jsonl"
    server.client().delete_object(Bucket=server.bucket, Key=key)
    with pytest.raises(FileVanished, match="no longer in s3://"):
        zone.open(listed)


# moto would hold the parts in this very process
@pytest.mark.parametrize("server", ["rclone"], indirect=True)
def test_a_large_file_is_written_in_bounded_memory(server: S3Server, zone: S3Zone) -> None:
    zone.list_files(DAY, DAY)  # what is imported for the first time is not the upload's
    block = b"x" * (1 << 20)
    tracemalloc.start()
    zone.write("dt=2026-01-05/big.jsonl", (block for _ in range(256)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    (file,) = zone.list_files(DAY, DAY)
    assert file.size == 256 << 20
    assert peak < 160 << 20  # boto3 sends ten parts of 8 MB at a time


def test_a_file_is_written_whole_or_not_at_all(server: S3Server, zone: S3Zone) -> None:
    put(server, zone, "dt=2026-01-05/a.jsonl", b"before")

    def blocks() -> Iterator[bytes]:
        yield b"x" * (20 << 20)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        zone.write("dt=2026-01-05/a.jsonl", blocks())
    begun = {}
    with suppress(ClientError):  # rclone's answer where there never was one
        begun = server.client().list_multipart_uploads(Bucket=server.bucket)
    assert not begun.get("Uploads"), "parts of it would be paid for"
    (file,) = zone.list_files(DAY, DAY)
    with zone.open(file) as stream:
        assert stream.read() == b"before"
    zone.write("dt=2026-01-05/a.jsonl", [b"after"])
    (file,) = zone.list_files(DAY, DAY)
    with zone.open(file) as stream:
        assert stream.read() == b"after"


class _Answers(http.server.BaseHTTPRequestHandler):
    """Answers what it was told to, one after the other; the last one for ever."""

    answers: list[tuple[int, bytes, int]]  # status, body, bytes of it that are sent
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.headers.get("Range", ""))
        status, body, sent = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"etag"')
        self.end_headers()
        self.wfile.write(body[:sent])
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def answering(
    monkeypatch: pytest.MonkeyPatch, *answers: tuple[int, bytes, int]
) -> Iterator[list[str]]:
    asked: list[str] = []
    handler = type("Answers", (_Answers,), {"answers": list(answers), "asked": asked})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as started:
        threading.Thread(target=started.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{started.server_port}")
        yield asked
        started.shutdown()


def error(status: int, code: str) -> tuple[int, bytes, int]:
    body = f"<Error><Code>{code}</Code><Message>said</Message></Error>".encode()
    return status, body, len(body)


FILE = LandedFile("dt=2026-01-05/a.jsonl", DAY, "etag", 10, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (error(404, "NoSuchBucket"), "there is no bucket sales; check ECOM_LANDING"),
        (error(403, "AccessDenied"), "lack the permission s3:ListBucket"),
        (error(400, "ExpiredToken"), "the credentials have expired"),
        (error(403, "InvalidAccessKeyId"), "check the credentials"),
        (error(403, "SignatureDoesNotMatch"), "check the credentials"),
        (error(301, "PermanentRedirect"), "in another region; set AWS_REGION"),
        (error(400, "SomethingNew"), "S3 said SomethingNew"),
    ],
)
def test_what_a_user_can_put_right_is_one_sentence(
    answer: tuple[int, bytes, int],
    said: str,
    server: S3Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with answering(monkeypatch, answer), pytest.raises(LandingError, match=said) as raised:
        S3Zone("sales", "").list_files(DAY, DAY)
    assert "\n" not in str(raised.value)
    assert server.secret not in str(raised.value)


def test_nobody_there_and_no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ecom_assets.landing.s3.REQUEST_TRIES", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with pytest.raises(LandingError, match="check the network, and AWS_ENDPOINT_URL_S3"):
        S3Zone("sales", "").list_files(DAY, DAY)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(LandingError, match="check the credentials"):
        S3Zone("sales", "").list_files(DAY, DAY)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(LandingError, match="AWS_PROFILE names a profile"):
        S3Zone("sales", "").list_files(DAY, DAY)


def test_what_fails_for_a_moment_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
    with answering(
        monkeypatch,
        error(503, "SlowDown"),
        error(500, "InternalError"),
        (200, empty, len(empty)),
    ) as asked:
        assert S3Zone("sales", "").list_files(DAY, DAY) == []
    assert len(asked) == 3


def test_a_body_that_breaks_off_goes_on_where_it_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        answering(
            monkeypatch, (200, b"0123456789", 4), (206, b"456789", 0), (206, b"456789", 6)
        ) as asked,
        S3Zone("sales", "").open(FILE) as stream,
    ):
        content = b""
        while block := stream.read(4):
            content += block
    assert content == b"0123456789"
    assert asked == ["", "bytes=4-", "bytes=4-"]


def test_a_body_that_keeps_breaking_off_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecom_assets.landing.s3.BODY_TRIES", 2)
    with (
        answering(monkeypatch, (200, b"0123456789", 4), (206, b"456789", 0)),
        S3Zone("sales", "").open(FILE) as stream,
        pytest.raises(LandingError, match="broke off after 4 of 10 bytes, 2 times"),
    ):
        while stream.read(4):
            pass


def test_nothing_is_asked_before_the_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, error(500, "InternalError")) as asked:
        assert S3Zone("sales", "in/here").url == "s3://sales/in/here"
        assert S3Zone("sales", "").url == "s3://sales"
    assert asked == []
