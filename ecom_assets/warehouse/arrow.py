"""What passes between Python and DuckDB as Arrow: lines of files, and functions DuckDB lacks.

Imported at the first session, for pyarrow takes a while to import.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyarrow

from ecom_assets.landing.lines import UnreadableFile, read_lines
from ecom_assets.landing.zone import FileVanished, LandedFile, LandingZone
from ecom_assets.warehouse.contract import LoadedFile


class LineStream:
    """The lines of many files as one stream of Arrow record batches.

    Attributes:
        loaded: what was found of each file, once the stream has been read.
        error: what broke the stream, which DuckDB tells of as an error of its own.
    """

    def __init__(self, zone: LandingZone, files: Sequence[LandedFile]) -> None:
        self._zone = zone
        self._files = files
        self.loaded: list[LoadedFile] = []
        self.error: BaseException | None = None

    def reader(self) -> pyarrow.RecordBatchReader:
        schema = pyarrow.schema(
            [
                ("line", pyarrow.large_string()),
                ("source_row_number", pyarrow.int64()),
                ("source_filename", pyarrow.string()),
                ("batch_date", pyarrow.date32()),
            ]
        )
        return pyarrow.RecordBatchReader.from_batches(schema, self._batches(schema))

    def _batches(self, schema: pyarrow.Schema) -> Iterator[pyarrow.RecordBatch]:
        try:
            for file in self._files:
                yield from self._batches_of(file, schema)
        except BaseException as error:
            self.error = error
            raise

    def _batches_of(
        self, file: LandedFile, schema: pyarrow.Schema
    ) -> Iterator[pyarrow.RecordBatch]:
        row_count = 0
        try:
            for lines in read_lines(self._zone, file):
                rows = len(lines.texts)
                row_count += rows
                yield pyarrow.record_batch(
                    [
                        lines.texts,
                        lines.numbers,
                        pyarrow.repeat(file.name, rows),
                        pyarrow.repeat(pyarrow.scalar(file.day, pyarrow.date32()), rows),
                    ],
                    schema=schema,
                )
        except FileVanished:
            if row_count:
                raise
        except UnreadableFile as error:
            self.loaded.append(LoadedFile(file, None, str(error)))
        else:
            self.loaded.append(LoadedFile(file, row_count))


def is_json(text: str) -> bool:
    """Whether a text is JSON by RFC 8259, however deep."""
    try:
        while True:
            try:
                json.loads(text, parse_constant=_refused, parse_int=str, parse_float=str)
                return True
            except RecursionError:  # how deep a parser may descend depends on who called it
                flatter = _INNERMOST.sub(_zero, _STRING.sub(_no_text, text))
                if flatter == text:
                    return False
                text = flatter
    except ValueError:
        return False


def _no_text(found: re.Match[str]) -> str:
    json.loads(found[0])
    return '""'


def _zero(found: re.Match[str]) -> str:
    json.loads(found[0], parse_constant=_refused, parse_int=str, parse_float=str)
    return "0"


def _refused(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def json_text(line: str, place: str, item: int) -> str:
    """The text of a value in a line: a text as it is, and a number that Snowflake's VARIANT has
    exactly in plain digits. Empty where it is neither, for DuckDB takes no NULL from a function.

    `place` is the way to it, as JSON: keys, places in lists, null for the place of the item, which
    is `item` less one, and `{"key": "text"}` for the first object of a list that has this.
    """
    found = _found(line, place, item)
    return _plain(found) if isinstance(found, _Number) else found


def json_number(line: str, place: str, item: int) -> str:
    """The same for a number field: a number with an exponent or more than 38 digits is the binary
    float that a VARIANT has of it, where 15 digits say which."""
    found = _found(line, place, item)
    if not isinstance(found, _Number):
        return found
    short = f"{float(found):.15g}"
    return _plain(found) or (short if float(short) == float(found) != _INFINITE else "")


def _found(line: str, place: str, item: int) -> str:
    found = _read(line)
    for step in _steps(place):
        found = _inside(found, item - 1 if step is None else step)
    return found if isinstance(found, str) else ""


def _plain(number: str) -> str:
    """A JSON number without needless zeros; empty where a VARIANT has it as a binary float, which
    is where it is written with an exponent or has more than 38 digits ("PARSE_JSON", Snowflake's
    documentation)."""
    if not _EXACT.fullmatch(number):
        return ""
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return "0" if number == "-0" else number


class _Number(str):
    """A number as it was written."""


@lru_cache(maxsize=1)  # the items of a line come one after another
def _read(line: str) -> Any:
    try:
        return json.loads(line, parse_int=_Number, parse_float=_Number)
    except RecursionError:
        return _read_without_recursion(line)


def _read_without_recursion(line: str) -> Any:
    """The same of a line that is nested too deep for a parser that descends."""
    around: list[Any] = [[]]  # the lists and objects that are open; an object as keys and values
    for match in _TOKEN.finditer(line):
        piece = match[0]
        if piece in "{[":
            around.append([])
        elif piece in "}]":
            inner = around.pop()
            around[-1].append(
                dict(zip(inner[::2], inner[1::2], strict=True)) if piece == "}" else inner
            )
        elif piece.startswith('"') or piece in ("true", "false", "null"):
            around[-1].append(json.loads(piece))
        else:
            around[-1].append(_Number(piece))
    return around[0][0]


@lru_cache(maxsize=256)
def _steps(place: str) -> Sequence[Any]:
    return json.loads(place)  # type: ignore[no-any-return]


def _inside(found: Any, step: str | int | Mapping[str, str]) -> Any:
    if isinstance(step, str):
        return found.get(step) if isinstance(found, dict) else None
    if not isinstance(found, list):
        return None
    if isinstance(step, int):
        return found[step] if step < len(found) else None
    ((key, text),) = step.items()
    return next((one for one in found if isinstance(one, dict) and one.get(key) == text), None)


def plain_number(text: str) -> str:
    """A number without its exponent, which DuckDB takes only where what is before it fits on its
    own; empty where it fits no column. Any other text as it is."""
    match = _WITH_EXPONENT.fullmatch(text.strip(" \t\n\f\r"))
    if match is None:
        return text
    number = Decimal(match["number"])
    # a line has fewer digits than an exponent of ten places could move the point across
    exponent = int((match["sign"] or "") + (match["exponent"].lstrip("0") or "0")[:10])
    size = number.adjusted() + exponent
    if not number:
        return "0"
    if size < -_PLACES:
        return f"{'-' if number < 0 else ''}0.{'0' * _PLACES}1"  # as good, and its sign is kept
    if size > _PLACES:
        return ""
    sign, digits, point = number.as_tuple()
    return format(Decimal((sign, digits, int(point) + exponent)), "f")


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_INNERMOST = re.compile(r"\[[^][{}]*\]|\{[^][{}]*\}")
"""A list or an object that has none in it, where no text has a bracket."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s",:{}\[\]]+')
_EXACT = re.compile(r"-?(?=(?:[.]?[0-9]){1,38}$)[0-9]+(?:[.][0-9]+)?")
_INFINITE = float("inf")
_WITH_EXPONENT = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[eE](?P<sign>[+-]?)(?P<exponent>[0-9]+)"
)
_PLACES = 20
"""More than a NUMBER(18,4) has before its point, and after it."""
