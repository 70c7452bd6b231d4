"""Bytes to numbered lines: what a line of a file is, for every landing zone and warehouse.

A line ends with LF or CRLF; the last one may lack its end. A byte-order mark before the first line
is dropped. Lines of white space are no rows, though they count in the numbering. Bytes that are no
UTF-8 become U+FFFD, so every other line is a row with its text, whatever it holds.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from ecom_assets.landing.zone import LandedFile, LandingZone

BLOCK_SIZE = 4 << 20
"""Bytes read at a time: large enough that Python's share of the work is small, small enough that
the memory of a load does not depend on the size of its files."""

LONGEST_LINE = 64 << 20
"""Bytes of a line that are still read; a line is held some times over on its way. Without a limit a
small `.gz` could fill the memory with one line of gigabytes."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnreadableFile(Exception):
    """A compressed file that is damaged, or a line without an end: not all lines can be known."""


@dataclass(frozen=True)
class Lines:
    """Some lines of one file: their texts and, alike in length and order, their numbers."""

    texts: list[bytes]
    numbers: list[int]


def empty_upload(file: LandedFile) -> str | None:
    """What is wrong with a compressed file of no bytes, which would be read as one of no lines."""
    if file.size or not file.is_gzip:
        return None
    return f"{file.name} is no complete gzip file (it is empty)"


def read_lines(zone: LandingZone, file: LandedFile) -> Iterator[Lines]:
    """The lines of a file, some thousand at a time, as valid UTF-8 without their line ends.

    Raises:
        UnreadableFile: a `.gz` that is truncated, empty, or no gzip at all; a line longer than
            `LONGEST_LINE`.
        LandingError: the file vanished, was rewritten, or cannot be read.
    """
    with zone.open(file) as stored:
        stream = stored
        if file.is_gzip:
            if problem := empty_upload(file):
                raise UnreadableFile(problem)
            stream = cast(BinaryIO, gzip.GzipFile(fileobj=stored))
        try:
            yield from _split(stream, file.name)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableFile(f"{file.name} is no complete gzip file ({error})") from error


def _split(stream: BinaryIO, file: str) -> Iterator[Lines]:
    number = 0
    pieces: list[bytes] = []  # of a line that has no end yet
    while block := stream.read(BLOCK_SIZE):
        first_end = block.find(b"\n")
        length = sum(map(len, pieces)) + (len(block) if first_end < 0 else first_end)
        if length > LONGEST_LINE:
            raise UnreadableFile(
                f"{file} has a line of more than {LONGEST_LINE:,} bytes (after {number} others)"
            )
        head, end, rest = block.rpartition(b"\n")
        if end:
            lines = b"".join((*pieces, head))
            yield _rows(lines, number)
            number += lines.count(b"\n") + 1
            pieces = []
        pieces.append(rest)
    if last := b"".join(pieces):
        yield _rows(last, number)


def _rows(lines: bytes, before: int) -> Lines:
    if before == 0:
        lines = lines.removeprefix(BYTE_ORDER_MARK)
    texts = _utf8(lines).split(b"\n")
    if b"\r" in lines:
        texts = [text.removesuffix(b"\r") for text in texts]
    rows = [(text, n) for n, text in enumerate(texts, before + 1) if text and not text.isspace()]
    return Lines([text for text, _ in rows], [n for _, n in rows])


def _utf8(lines: bytes) -> bytes:
    if lines.isascii():
        return lines
    return lines.decode("utf-8", "replace").encode()
