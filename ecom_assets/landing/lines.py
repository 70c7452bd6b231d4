"""Bytes to numbered lines: what a line of a file is, for every landing zone and warehouse.

A line ends with LF or CRLF; the last one may lack its end. A byte-order mark before the first line
is dropped. Lines of white space are no rows, though they count in the numbering. Bytes that are no
UTF-8 become U+FFFD, so every other line is a row with its text, whatever it holds.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from ecom_assets.landing.zone import LandedFile, LandingZone

if TYPE_CHECKING:
    import pyarrow  # which takes a while

BLOCK_SIZE = 1 << 20
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
    """Some lines of one file: their texts (large_string) and, alike in length and order, their
    numbers (int64)."""

    texts: pyarrow.Array
    numbers: pyarrow.Array


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
            texts = _texts(b"".join((*pieces, head)), is_first=number == 0)
            yield _rows(texts, number)
            number += len(texts)
            pieces = []
        pieces.append(rest)
    if last := b"".join(pieces):
        yield _rows(_texts(last, is_first=number == 0), number)


def _texts(lines: bytes, *, is_first: bool) -> pyarrow.Array:
    import pyarrow
    import pyarrow.compute

    if is_first:
        lines = lines.removeprefix(BYTE_ORDER_MARK)
    if b"\r" in lines:
        lines = lines.replace(b"\r\n", b"\n").removesuffix(b"\r")
    if not lines.isascii():
        lines = lines.decode("utf-8", "replace").encode()
    whole = pyarrow.array([lines], pyarrow.large_string())
    return pyarrow.compute.split_pattern(whole, "\n").values


def _rows(texts: pyarrow.Array, before: int) -> Lines:
    import pyarrow
    import pyarrow.compute

    numbers = pyarrow.arange(before + 1, before + 1 + len(texts))
    trimmed = pyarrow.compute.ascii_trim_whitespace(texts)
    has_text = pyarrow.compute.greater(pyarrow.compute.binary_length(trimmed), 0)
    if has_text.false_count:
        return Lines(texts.filter(has_text), numbers.filter(has_text))
    return Lines(texts, numbers)
