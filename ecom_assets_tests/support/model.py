"""The contract once more, in plain Python: what must become of the bytes of files.

Written from the contract and not from the code, slow and obvious, without SQL. Tests compare the
warehouse with it row by row. `judge` is the way in; what it leans on stands before it in the order
in which a line meets it.
"""

import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from ecom_assets.model import sales

REASONS = {
    "json_object": "Malformed JSON",
    "event_id_present": "Missing event_id",
    "event_ts_valid": "Invalid event_ts",
    "quantity_numeric": "Invalid quantity",
    "quantity_positive": "Non-positive quantity",
    "total_amount_numeric": "Invalid total_amount",
    "total_amount_not_negative": "Negative total_amount",
    "event_date_in_window": "event_ts outside its event date",
    "event_id_unique": "Duplicate event_id",
}
"""Rule to reason, in the order of the rules."""

UNIQUE_WITHIN = timedelta(days=7)

KNOWN_KEYS = 20
"""As many keys are named of an object that has no field of the event."""

Place = tuple[str, int]
"""A line: its file's name and its number there."""


# ---- bytes to lines


def unpacked(name: str, stored: bytes) -> bytes | None:
    """What is in a file, by RFC 1952 where it is a `.gz`; None where that is damaged."""
    if not name.lower().endswith(".gz"):
        return stored
    content = b""
    rest = stored
    while rest or not stored:
        member = zlib.decompressobj(wbits=31)
        try:
            content += member.decompress(rest)
        except zlib.error:
            return None
        if not member.eof:
            return None
        rest = member.unused_data.lstrip(b"\0")
    return content


def lines_of(content: bytes) -> list[tuple[int, str]]:
    """The rows of a file: line number and text."""
    rows = []
    # only the first mark is none of the text; those of later lines are passed over when it is read
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip(b" \t\n\r\x0b\x0c"):
            rows.append((number, line.removesuffix(b"\r").decode("utf-8", "replace")))
    return rows


# ---- a line to JSON, by RFC 8259: a tokenizer and a stack, so that no depth is too deep

Kind = Literal["string", "number", "word", "object", "array"]


@dataclass(frozen=True)
class Value:
    """A value of a JSON object: its kind, and its text exactly as it was written."""

    kind: Kind
    text: str

    @property
    def string(self) -> str:
        """What a JSON string says; half of a surrogate pair is no character."""
        said: str = json.loads(self.text)
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in said)


_TOKEN = re.compile(
    r"""[ \t\n\r]*(?:
        (?P<string>"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*")
        |(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
        |(?P<word>true|false|null)
        |(?P<mark>[]{}[,:])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Document:
    """A JSON document.

    Attributes:
        is_object: whether it is an object.
        pairs: what an object holds, in order.
        names_a_key_twice: whether it, or an object in it, does so.
        is_mended: whether a mark before it was passed over, or half of a surrogate pair replaced.
    """

    is_object: bool
    pairs: Sequence[tuple[str, Value]]
    names_a_key_twice: bool
    is_mended: bool = False


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def _has_half_pair(string: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in json.loads(string))


class _NoJson(Exception):
    """The line is no JSON by the book."""


def read_json(line: str) -> Document | None:
    """A JSON document, or None where it is none. Byte-order marks before it are passed over."""
    try:
        found = _read(line.lstrip("\ufeff"))
        halves = any(map(_has_half_pair, _STRING.findall(line)))
        return replace(found, is_mended=line.startswith("\ufeff") or halves)
    except _NoJson:
        return None


def _read(line: str) -> Document:
    pairs: list[tuple[str, Value]] = []
    value_start = 0
    open_marks: list[str] = []
    keys: list[dict[str, None]] = []  # of each object that is open, in order
    names_a_key_twice = False
    awaited = "value"
    last: Value | None = None
    text = line.rstrip(" \t\n\r")
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None or awaited == "nothing":
            raise _NoJson
        kind = token.lastgroup or ""
        start, position = token.span(kind)
        word = token[kind]
        if awaited in ("key", "key or end") and kind == "string":
            key = Value("string", word).string
            names_a_key_twice |= key in keys[-1]
            keys[-1][key] = None
            awaited = "colon"
        elif awaited == "colon" and word == ":":
            awaited, value_start = "value", 0
        elif awaited in ("value", "value or end") and (kind != "mark" or word in "[{"):
            if len(open_marks) == 1:
                value_start = start
            if kind == "mark":
                open_marks.append(word)
                keys.append({})
                awaited = "key or end" if word == "{" else "value or end"
            else:
                last = Value(kind, word)  # type: ignore[arg-type]
                awaited = _after_value(open_marks, pairs, keys, last)
        elif word in "]}" and awaited in (
            "comma or end",
            "value or end" if word == "]" else "key or end",
        ):
            if not open_marks or open_marks.pop() != {"]": "[", "}": "{"}[word]:
                raise _NoJson
            keys.pop()
            inner = "" if len(open_marks) > 1 else text[value_start:position]
            last = Value("object" if word == "}" else "array", inner)
            awaited = _after_value(open_marks, pairs, keys, last)
        elif awaited == "comma or end" and word == ",":
            awaited = "key" if open_marks[-1] == "{" else "value"
        else:
            raise _NoJson
    if awaited != "nothing" or last is None:
        raise _NoJson
    return Document(last.kind == "object", pairs, names_a_key_twice)


def _after_value(
    open_marks: Sequence[str],
    pairs: list[tuple[str, Value]],
    keys: Sequence[dict[str, None]],
    value: Value,
) -> str:
    if not open_marks:
        return "nothing"
    if len(open_marks) == 1 and open_marks[0] == "{":
        pairs.append((next(reversed(keys[0])), value))
    return "comma or end"


# ---- values to types


def text_of(value: Value | None) -> str | None:
    """What a text field holds: a string's text, or a number as it was written; None for others."""
    if value is None or value.kind not in ("string", "number"):
        return None
    return value.string if value.kind == "string" else value.text


_NUMBER = re.compile(
    r"[ \t\n\r\f]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([+-]?)0*([0-9]*))?[ \t\n\r\f]*"
)
_WIDE = Context(prec=40, rounding=ROUND_HALF_UP)


def number_of(value: Value | None) -> Decimal | None:
    """A JSON number or its text as NUMBER(18,4), rounded half away from zero; None for others."""
    text = text_of(value) or ""
    match = _NUMBER.fullmatch(text)
    if match is None or text.rstrip()[-1] in "eE+-":
        return None
    sign, digits, point = Decimal(match[1]).as_tuple()
    # an exponent of more digits than that is as good as any other
    exact = Decimal((sign, digits, int(point) + int((match[2] or "") + (match[3] or "0")[:12])))
    if exact and exact.adjusted() > 14:
        return None
    if not exact or exact.adjusted() < -5:
        return Decimal("0.0000")
    rounded = exact.quantize(Decimal("0.0001"), context=_WIDE) + 0
    return rounded if abs(rounded) < 10**14 else None


def sign_of(value: Value | None) -> int | None:
    """The sign of what `number_of` reads, before it is rounded: -1, 0 or 1."""
    if number_of(value) is None:
        return None
    text = (text_of(value) or "").strip(" \t\n\r\f").lower()
    if not any(digit in text.partition("e")[0] for digit in "123456789"):
        return 0
    return -1 if text.startswith("-") else 1


def is_rounded(value: Value | None) -> bool | None:
    """Whether `number_of` keeps fewer decimals than were written; None: by so little that a binary
    float does not show it, which engines need not count."""
    number = number_of(value)
    if value is None or number is None:
        return False
    text = (text_of(value) or "").strip(" \t\n\r\f").lower()
    if not _has_more_decimals(text):
        return False
    shown = repr(float(text)) if value.kind == "number" else text
    return True if _has_more_decimals(shown) or float(text) == 0 else None


def _has_more_decimals(number: str) -> bool:
    digits, _, exponent = number.partition("e")
    whole, _, fraction = digits.lstrip("+-").partition(".")
    significant = (whole + fraction).rstrip("0")
    if not significant.strip("0"):
        return False
    return len(significant) - len(whole) - int((exponent or "0")[:12]) > 4


def integer_of(value: Value | None) -> int | None:
    """A whole number or its text that fits 64 bits; None for others."""
    match = re.fullmatch(r"([+-]?[0-9]+)(\.0*)?", text_of(value) or "")
    # more than 5,000 digits fit nothing, and Python refuses them
    if match is None or len(match[1].lstrip("+-").lstrip("0")) > 19:
        return None
    number = int(match[1])
    return number if -(2**63) <= number < 2**63 else None


_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?",
    re.ASCII,
)

BEYOND = datetime.min
"""Stands for a valid moment whose UTC date is before year 1 or after 9999."""


def moment_of(value: Value | None) -> datetime | None:
    """An ISO 8601 date or date-time as UTC without a zone, cut to microseconds; None for others."""
    if value is None or value.kind != "string":
        return None
    match = _MOMENT.fullmatch(value.string)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, off_hours, off_minutes = match.groups()
    try:
        local = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")),
        )
    except ValueError:
        return None
    if int(off_hours or 0) > 14 or int(off_minutes or 0) > 59:
        return None
    offset = timedelta(hours=int(off_hours or 0), minutes=int(off_minutes or 0))
    try:
        zone = timezone(-offset if sign == "-" else offset)
        return local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return BEYOND


def local_date(moment: datetime, time_zone: str) -> date:
    """The date of a moment in UTC elsewhere; of one beyond the calendar there, the first of all."""
    try:
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).date()
    except OverflowError:
        return date.min


# ---- lines to rows

Cell = str | int | Decimal | datetime | None


@dataclass(frozen=True)
class Row:
    """What must become of a line.

    Attributes:
        line: its text.
        batch_day: the day of its file.
        event_date: the day it belongs to.
        is_json: whether it is a JSON document of any kind, as it stands.
        values: its typed fields, where it is a JSON object that names no key twice.
        unsure: text fields that hold a JSON number: engines spell it differently.
        broken: all rules it breaks, in order.
        absent: the fields that it lacks or that are null.
        unfit: the fields that hold something of another type.
        rounded: the numbers with more decimals than are kept.
        perhaps_rounded: the numbers of which nobody need know it.
        keys: what it holds.
    """

    line: str
    batch_day: date
    event_date: date
    is_json: bool
    values: Mapping[str, Cell] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()
    broken: tuple[str, ...] = ()
    absent: frozenset[str] = frozenset()
    unfit: frozenset[str] = frozenset()
    rounded: frozenset[str] = frozenset()
    perhaps_rounded: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    @property
    def reasons(self) -> str:
        return "; ".join(REASONS[rule] for rule in self.broken) + self.known_keys

    @property
    def known_keys(self) -> str:
        """What a reject adds where it has no field of the event at all."""
        if not self.values or len(self.absent) < len(self.values):
            return ""
        told = "; No known field has a value"
        keys = ", ".join(sorted(self.keys)[:KNOWN_KEYS]).replace(";", ",")
        # of a line that was mended RAW has no JSON to name keys of
        return f"{told}, found: {keys[:500]}" if keys and self.is_json else told


def parse(
    line: str,
    batch_day: date,
    late_days: int = 0,
    first: date = date.min,
    time_zone: str = "UTC",
) -> Row:
    """A line judged by itself: all rules but the uniqueness of its id.

    Args:
        line: its text.
        batch_day: the day of its file.
        late_days: how many days after its event date an event may arrive.
        first: the first event date that there is.
        time_zone: the shop's.
    """
    document = read_json(line)
    is_json = document is not None and not document.is_mended
    row = Row(line, batch_day, batch_day, is_json)
    if document is None or not document.is_object or document.names_a_key_twice:
        return replace(row, broken=("json_object",))
    given = dict(document.pairs)
    read: Mapping[str, Callable[[Value | None], Cell]] = {
        "text": text_of,
        "whole": integer_of,
        "number": number_of,
        "moment": moment_of,
    }
    fields = sales.SALES.fields
    values = {field.name: read[field.type](given.get(field.name)) for field in fields}
    absent = {n for n in values if n not in given or given[n].text == "null"}
    rounded = {field.name: is_rounded(given.get(field.name)) for field in sales.SALES.numbers}
    moment = moment_of(given.get("event_ts"))
    event_id = text_of(given.get("event_id"))
    earliest = max(first, batch_day - timedelta(days=late_days))
    event_date = local_date(moment, time_zone) if moment is not None else None
    in_window = event_date is not None and earliest <= event_date <= batch_day
    quantity, total = values["quantity"], values["total_amount"]
    judged = {
        "event_id_present": not event_id or event_id.isspace(),
        "event_ts_valid": moment is None,
        "quantity_numeric": quantity is None,
        "quantity_positive": quantity is not None and (sign_of(given["quantity"]) or 0) <= 0,
        "total_amount_numeric": total is None,
        "total_amount_not_negative": total is not None and sign_of(given["total_amount"]) == -1,
        "event_date_in_window": moment is not None and not in_window,
    }
    return replace(
        row,
        event_date=event_date if event_date is not None and in_window else batch_day,
        values=values,
        unsure=frozenset(
            f.name
            for f in fields
            if f.type == "text" and f.name in given and given[f.name].kind == "number"
        ),
        broken=tuple(rule for rule, is_broken in judged.items() if is_broken),
        absent=frozenset(absent),
        unfit=frozenset(name for name in values if values[name] is None and name not in absent),
        rounded=frozenset(name for name, is_so in rounded.items() if is_so),
        perhaps_rounded=frozenset(name for name, is_so in rounded.items() if is_so is None),
        keys=frozenset(given),
    )


def judge(
    files: Mapping[str, bytes],
    first_day: date,
    last_day: date,
    *,
    late_days: int = 0,
    time_zone: str = "UTC",
) -> dict[Place, Row]:
    """What must become of the lines that belong to a range of days, both ends included.

    Args:
        files: content by name, `dt=YYYY-MM-DD/…`; those of other days may be among them.
        first_day: first day of the range.
        last_day: last day of the range.
        late_days: how many days after its event date an event may arrive.
        time_zone: the shop's.
    """
    rows: dict[Place, Row] = {}
    for name, content in files.items():
        batch_day = date.fromisoformat(name[3:13])
        for number, line in lines_of(content):
            row = parse(line, batch_day, late_days, time_zone=time_zone)
            if first_day <= row.event_date <= last_day:
                rows[name, number] = row
    return dict(mark_repeats(rows))


def mark_repeats(rows: Mapping[Place, Row]) -> dict[Place, Row]:
    """The same rows, judged by the uniqueness of ids on their day as well."""
    first: dict[tuple[date, str], Place] = {}
    for place, row in sorted(rows.items()):
        if not row.broken:
            first.setdefault((row.event_date, str(row.values["event_id"])), place)
    return {
        place: replace(row, broken=("event_id_unique",))
        if not row.broken and first[row.event_date, str(row.values["event_id"])] != place
        else row
        for place, row in rows.items()
    }
