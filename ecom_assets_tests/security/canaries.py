"""Secrets that are made to be found again: in whole, in parts, and as encodings would have them."""

import base64
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from secrets import choice
from string import ascii_letters, digits
from urllib.parse import quote

import numpy

PART = 8
"""Bytes in a row that count as found; of random letters, nobody else's text has them."""
HEX_PART = 16
"""The same where they are hex digits: eight of those are the beginning of somebody's run id."""
HEX = frozenset(b"0123456789abcdef")


def canary() -> str:
    """A secret that nothing else holds, with characters that a URL and Base64 write differently."""
    letters = ascii_letters + digits
    return "".join("".join(choice(letters) for _ in range(7)) + odd for odd in "/+=~")


def forms(secret: str) -> Iterator[tuple[str, bytes]]:
    """A secret as it may stand in a text, each with the name of that form."""
    plain = secret.encode()
    yield "plain", plain
    yield "lower case", plain.lower()
    yield "reversed", plain[::-1]
    yield "url-encoded", quote(secret, safe="").encode()
    yield "hex", plain.hex().encode()
    for before in range(3):  # how it falls on Base64's groups of three bytes
        coded = base64.b64encode(b"\0" * before + plain)
        inner = coded[-(-before * 4 // 3) : -4]
        yield "base64", inner
        yield "base64", inner.translate(bytes.maketrans(b"+/", b"-_"))


class Search:
    """A search for secrets.

    Attributes:
        parts: of how many different byte strings one is enough to be found.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._named: dict[bytes, str] = {}
        self._longer: dict[bytes, list[bytes]] = {}  # of parts in hex digits, what they stand in
        for name, secret in secrets.items():
            for form, text in forms(secret):
                for n in range(len(text) - PART + 1):
                    part = text[n : n + PART]
                    self._named.setdefault(part, f"{name}, {form}")
                    if HEX.issuperset(part):
                        self._longer.setdefault(part, []).append(text)
        self._numbers = numpy.sort(numpy.frombuffer(b"".join(self._named), "<u8"))
        self.parts = len(self._named)

    def found(self, data: bytes) -> Mapping[str, str]:
        """Which secrets are in the data, each with some of what stands around it."""
        seen: dict[str, str] = {}
        for start in range(min(PART, max(len(data) - PART + 1, 0))):
            count = (len(data) - start) // PART
            windows = numpy.frombuffer(data, "<u8", count, start)
            places = numpy.searchsorted(self._numbers, windows)
            places[places == len(self._numbers)] = 0
            for hit in numpy.flatnonzero(self._numbers[places] == windows):
                at = start + int(hit) * PART
                if not self._is_long_enough(data, at):
                    continue
                around = data[max(0, at - 200) : at + 100].decode("utf-8", "replace")
                seen.setdefault(self._named[data[at : at + PART]], around)
        return seen

    def _is_long_enough(self, data: bytes, at: int) -> bool:
        part = data[at : at + PART]
        if part not in self._longer:
            return True
        around = data[max(0, at + PART - HEX_PART) : at + HEX_PART]
        longer = {around[n : n + HEX_PART] for n in range(len(around) - HEX_PART + 1)}
        return any(each in text for each in longer for text in self._longer[part])


def written_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """What is in the files below a folder; of a SQLite file also what it keeps compressed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield str(path.relative_to(folder)), content
            if content.startswith(b"SQLite format 3"):
                yield f"{path.name}, unpacked", b"\n".join(_unpacked(path))


def _unpacked(path: Path) -> Iterator[bytes]:
    connection = sqlite3.connect(path)
    try:
        tables = connection.execute("select name from sqlite_master where type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f'select * from "{table}"'):
                for value in row:
                    content = value.encode() if isinstance(value, str) else value
                    if isinstance(content, bytes):
                        try:
                            yield zlib.decompress(content)
                        except zlib.error:
                            yield content
    finally:
        connection.close()
