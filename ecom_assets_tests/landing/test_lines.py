"""What a line of a file is, whatever its bytes and wherever a block of it ends."""

import gzip
import io
import random
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from ecom_assets.landing import lines
from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.lines import UnreadableFile, read_lines
from ecom_assets.landing.zone import FileVanished, LandedFile, LandingZone, Scan
from ecom_assets_tests.support.model import lines_of

DAY = date(2026, 1, 5)

Read = Callable[..., list[tuple[int, bytes]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a file with this content: the numbers and texts of its lines."""

    def read_content(content: bytes, name: str = "a.jsonl") -> list[tuple[int, bytes]]:
        path = tmp_path / "dt=2026-01-05" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        zone = FolderZone(tmp_path)
        (file,) = zone.list_files(DAY, DAY)
        found = []
        for some in read_lines(zone, file):
            assert len(some.texts) == len(some.numbers)
            texts = [text.encode() for text in some.texts.to_pylist()]
            found += list(zip(some.numbers.to_pylist(), texts, strict=True))
        return found

    return read_content


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", []),
        (b"\n", []),
        (b"\r\n", []),
        (b"a", [(1, b"a")]),
        (b"a\n", [(1, b"a")]),
        (b"a\nb", [(1, b"a"), (2, b"b")]),
        (b"a\nb\n", [(1, b"a"), (2, b"b")]),
        (b"a\r\nb\r\n", [(1, b"a"), (2, b"b")]),
        (b"a\r\nb\nc\r\n", [(1, b"a"), (2, b"b"), (3, b"c")]),
    ],
)
def test_a_line_ends_with_lf_or_crlf_and_the_last_may_lack_its_end(
    read: Read, content: bytes, found: list[tuple[int, bytes]]
) -> None:
    assert read(content) == found


@pytest.mark.parametrize("blank", [b"", b" ", b"\t", b"\r", b" \t \r", b"\x0b", b"\x0c", b"   "])
def test_a_line_of_white_space_is_no_row_but_counts(read: Read, blank: bytes) -> None:
    assert read(b"a\n" + blank + b"\n" + blank + b"\nb\n" + blank) == [(1, b"a"), (4, b"b")]
    assert read(blank + b"\na") == [(2, b"a")]


@pytest.mark.parametrize(
    "text", [b"\x00", b"\x1c", b"\x85", "\u00a0".encode(), "\u2003".encode(), "\u200b".encode()]
)
def test_a_line_of_anything_else_is_a_row(read: Read, text: bytes) -> None:
    assert read(b"a\n" + text + b"\nb") == [
        (1, b"a"),
        (2, text.decode("utf-8", "replace").encode()),
        (3, b"b"),
    ]


def test_white_space_around_a_text_is_kept(read: Read) -> None:
    assert read(b" a \n\tb\t\r\n") == [(1, b" a "), (2, b"\tb\t")]


def test_a_lone_carriage_return_ends_no_line(read: Read) -> None:
    assert read(b"a\rb\nc\r\r\n\rd\n") == [(1, b"a\rb"), (2, b"c\r"), (3, b"\rd")]


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x1d", "\x85", "\u2028", "\u2029"])
def test_what_else_looks_like_a_line_end_is_text(read: Read, separator: str) -> None:
    text = f"a{separator}b".encode()
    assert read(text + b"\n" + text) == [(1, text), (2, text)]


BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (BOM, []),
        (BOM + b"\n", []),
        (BOM + b"a\n", [(1, b"a")]),
        (BOM + b"a", [(1, b"a")]),
        (BOM + b"\r\na", [(2, b"a")]),
        (BOM + BOM + b"a", [(1, BOM + b"a")]),
        (b"a\n" + BOM + b"b\n", [(1, b"a"), (2, BOM + b"b")]),
        (b"\n" + BOM + b"b\n", [(2, BOM + b"b")]),
        (b" " + BOM + b"b\n", [(1, b" " + BOM + b"b")]),
        (b"a" + BOM, [(1, b"a" + BOM)]),
    ],
)
def test_a_byte_order_mark_before_the_first_line_is_dropped_and_no_other(
    read: Read, content: bytes, found: list[tuple[int, bytes]]
) -> None:
    assert read(content) == found


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xff", "\ufffd"),
        (b"caf\xe9", "caf\ufffd"),
        (b"caf\xe9!", "caf\ufffd!"),
        (b"\xc0\xaf", "\ufffd\ufffd"),
        (b"\xe2\x82", "\ufffd"),
        (b"\xf0\x9f\x98", "\ufffd"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
        (b"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"),
        (b"\x80\x80", "\ufffd\ufffd"),
    ],
)
def test_bytes_that_are_no_utf_8_become_a_mark_and_harm_no_other_line(
    read: Read, content: bytes, text: str
) -> None:
    good = "é€😀".encode()
    assert read(good + b"\n" + content + b"\n" + good) == [
        (1, good),
        (2, text.encode()),
        (3, good),
    ]


def test_a_nul_byte_is_a_character_like_others(read: Read) -> None:
    assert read(b"a\x00b\n\x00\n") == [(1, b"a\x00b"), (2, b"\x00")]


TRICKY = (
    BOM
    + "é1\r\n\n€😀\r\r\n  \r\n".encode()
    + b"\xff\xe2\x82\n\xf0\x9f\x98\r\na\rb\n\x00\n\t\n\xed\xa0\x80"
    + BOM
    + "\n\r\n\r\nzwölf\n\u2028\n".encode()
    + b"last\xc3"
)


@pytest.mark.parametrize("content", [TRICKY, TRICKY + b"\n", TRICKY + b"\r\n", b"\n" + TRICKY])
def test_where_a_block_ends_makes_no_difference(
    read: Read, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    expected = [(number, text.encode()) for number, text in lines_of(content)]
    assert read(content) == expected
    for size in range(1, len(content) + 2):
        monkeypatch.setattr(lines, "BLOCK_SIZE", size)
        assert read(content) == expected, f"blocks of {size} bytes"


def test_where_a_block_of_a_compressed_file_ends_makes_no_difference(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [(number, text.encode()) for number, text in lines_of(TRICKY)]
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr(lines, "BLOCK_SIZE", size)
        assert read(gzip.compress(TRICKY), "a.jsonl.gz") == expected


def test_a_line_longer_than_a_block_is_one_line(read: Read) -> None:
    long = b"x" * (5 << 20)
    assert len(long) > lines.BLOCK_SIZE
    assert read(b"a\n" + long + b"\r\nb\n") == [(1, b"a"), (2, long), (3, b"b")]
    assert read(long) == [(1, long)]


def test_many_lines_over_many_blocks_keep_their_numbers(read: Read) -> None:
    texts = [b"%d " % n + b"x" * (n % 3_000) for n in range(10_000)]
    assert sum(map(len, texts)) > 3 * lines.BLOCK_SIZE
    assert read(b"\n".join(texts)) == list(enumerate(texts, 1))


def test_a_compressed_file_has_the_lines_of_its_content(read: Read) -> None:
    assert read(gzip.compress(b"a\r\n\nb"), "a.jsonl.gz") == [(1, b"a"), (3, b"b")]
    assert read(gzip.compress(BOM + b"a"), "a.jsonl.gz") == [(1, b"a")]
    assert read(gzip.compress(b""), "a.jsonl.gz") == []


def test_a_compressed_file_may_have_several_members(read: Read) -> None:
    members = gzip.compress(b"a\nb") + gzip.compress(b"c\n") + gzip.compress(b"d")
    assert read(members, "a.jsonl.gz") == [(1, b"a"), (2, b"bc"), (3, b"d")]


def noise(size: int) -> bytes:
    """Lines that do not compress."""
    return b"\n".join(random.Random(1).randbytes(100).hex().encode() for _ in range(size // 201))


def test_a_truncated_compressed_file_is_unreadable_wherever_it_was_cut(read: Read) -> None:
    whole = gzip.compress(b"a\nb\nc\n")
    for length in range(1, len(whole)):
        with pytest.raises(UnreadableFile, match=r"a\.jsonl\.gz"):
            read(whole[:length], "a.jsonl.gz")


def test_an_empty_file_that_should_be_compressed_is_unreadable(read: Read) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.jsonl\.gz"):
        read(b"", "a.jsonl.gz")


def test_a_compressed_file_cut_after_megabytes_is_unreadable(read: Read) -> None:
    whole = gzip.compress(noise(12 << 20), 1)
    with pytest.raises(UnreadableFile, match=r"a\.jsonl\.gz"):
        read(whole[:-1000], "a.jsonl.gz")


def test_a_second_member_that_is_cut_makes_the_file_unreadable(read: Read) -> None:
    for length in (1, 5, 12, -9, -1):
        with pytest.raises(UnreadableFile):
            read(gzip.compress(b"a\n") + gzip.compress(b"b\n")[:length], "a.jsonl.gz")


@pytest.mark.parametrize(
    "content",
    [b'{"event_id": "x"}\n', b"\x1f", b"\x1f\x8b", b"\x1f\x8b\x08\x00", b"\x00" * 40, b"BZh91AY"],
)
def test_what_is_no_gzip_is_unreadable(read: Read, content: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.jsonl\.gz"):
        read(content, "a.jsonl.gz")


@pytest.mark.parametrize("place", ["header", "content", "checksum", "length", "garbage behind"])
def test_a_damaged_compressed_file_is_unreadable(read: Read, place: str) -> None:
    whole = bytearray(gzip.compress(noise(5_000)))
    if place == "garbage behind":
        whole += b"garbage"
    else:
        at = {"header": 2, "content": len(whole) // 2, "checksum": -8, "length": -1}[place]
        whole[at] ^= 0xFF
    with pytest.raises(UnreadableFile):
        read(bytes(whole), "a.jsonl.gz")


def test_a_file_named_otherwise_is_not_uncompressed(read: Read) -> None:
    packed = gzip.compress(b"a\n")
    assert b"".join(text for _, text in read(packed)).startswith(b"\x1f")


class Watched(io.BytesIO):
    """A stream that counts how much is asked of it at once."""

    largest = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size >= 0, "the whole file at once"
        Watched.largest = max(Watched.largest, size)
        return super().read(size)


class OneFile(LandingZone):
    """A zone of one file that need not be on a disk."""

    url = "memory"
    settle_seconds = 0

    def __init__(self, stream: io.BytesIO | None) -> None:
        self.stream = stream

    def scan(self, first_day: date, last_day: date, at_most_files: float) -> Scan:
        raise NotImplementedError

    def top(self) -> Iterator[str]:
        raise NotImplementedError

    def below(self, folder: str) -> Iterator[str]:
        raise NotImplementedError

    def open(self, file: LandedFile) -> io.BytesIO:
        if self.stream is None:
            raise FileVanished(file.name)
        return self.stream

    def write(self, name: str, blocks: object) -> None:
        raise NotImplementedError


def landed(name: str) -> LandedFile:
    return LandedFile(name, DAY, "1", 1, datetime(2026, 1, 5))


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_no_more_than_a_block_is_read_at_a_time(name: str) -> None:
    content = b"some line\n" * 1_000_000
    stream = Watched(gzip.compress(content) if name.endswith(".gz") else content)
    count = sum(len(some.texts) for some in read_lines(OneFile(stream), landed(name)))
    assert count == 1_000_000
    assert 0 < Watched.largest <= lines.BLOCK_SIZE


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_line_without_an_end_is_given_up_before_it_fills_the_memory(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `.gz` of some hundred kilobytes can unpack into one line of gigabytes."""
    monkeypatch.setattr(lines, "BLOCK_SIZE", 1 << 16)
    monkeypatch.setattr(lines, "LONGEST_LINE", 1 << 20)
    endless = b"first\n" + b"x" * (100 << 20)
    stream = Watched(gzip.compress(endless, 1) if name.endswith(".gz") else endless)
    tracemalloc.start()
    with pytest.raises(UnreadableFile, match="a line of more than 1,048,576 bytes"):
        list(read_lines(OneFile(stream), landed(name)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("before", [b"", b"a\n", b"a" * 90 + b"\n"])
def test_a_line_may_be_as_long_as_the_longest(
    before: bytes, more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BLOCK_SIZE", 100)
    monkeypatch.setattr(lines, "LONGEST_LINE", 1_000)
    stream = OneFile(io.BytesIO(before + b"x" * (1_000 + more) + b"\nb\n"))
    if more:
        with pytest.raises(UnreadableFile):
            list(read_lines(stream, landed("a.jsonl")))
    else:
        found = [some.texts.to_pylist() for some in read_lines(stream, landed("a.jsonl"))]
        assert [text for texts in found for text in texts][-2:] == ["x" * 1_000, "b"]


def test_the_file_is_closed_when_its_lines_are_read_or_not() -> None:
    streams = [io.BytesIO(b"a\n"), io.BytesIO(b"no gzip"), io.BytesIO(b"a\n" * 10_000_000)]
    list(read_lines(OneFile(streams[0]), landed("a.jsonl")))
    with pytest.raises(UnreadableFile):
        list(read_lines(OneFile(streams[1]), landed("a.jsonl.gz")))
    half_read = read_lines(OneFile(streams[2]), landed("a.jsonl"))
    next(half_read)
    half_read.close()  # type: ignore[attr-defined]
    assert all(stream.closed for stream in streams)


def test_what_the_landing_zone_says_is_passed_on() -> None:
    with pytest.raises(FileVanished):
        list(read_lines(OneFile(None), landed("a.jsonl")))
