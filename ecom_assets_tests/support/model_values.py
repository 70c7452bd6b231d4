"""JSON once more, in plain Python: what a line says, and what of it fits a type.

Written from the contract and not from the code, slow and obvious. What must become of lines is in
`model.py`.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

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


TOKEN = re.compile(
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
        token = TOKEN.match(text, position)
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
    """What a text field holds: a string's text, or a number in plain digits; None for others, and
    for a number with an exponent or of more than 38 digits."""
    if value is None or value.kind not in ("string", "number"):
        return None
    if value.kind == "string":
        return value.string
    if _is_float(value.text):
        return None
    whole, point, fraction = value.text.partition(".")
    text = f"{whole}{point}{fraction}"
    while point and text[-1] in "0.":
        text, point = text[:-1], point if text[-1] == "0" else ""
    return "0" if text == "-0" else text


def _is_float(number: str) -> bool:
    """Whether a JSON number is no more than a binary float in a VARIANT."""
    return "e" in number.lower() or sum(c.isdigit() for c in number) > 38


def written(value: Value | None) -> str | None:
    """What a number or a whole number is typed from: a string's text, or a number as it was
    written; of a binary float its 15 digits, or None where it has more."""
    if value is None or value.kind not in ("string", "number"):
        return None
    if value.kind == "string":
        return value.string
    if not _is_float(value.text):
        return value.text
    shortest = repr(float(value.text))  # as many digits as tell it from any other
    digits = shortest.lstrip("-").partition("e")[0].replace(".", "").strip("0")
    return f"{float(value.text):.15g}" if len(digits) <= 15 and "inf" not in shortest else None


_NUMBER = re.compile(
    r"[ \t\n\r\f]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([+-]?)0*([0-9]*))?[ \t\n\r\f]*"
)
_WIDE = Context(prec=40, rounding=ROUND_HALF_UP)


def number_text_of(value: Value | None) -> Decimal | None:
    """A JSON number or its text, as exact as it was written; None for others. One that is too large
    or too small to matter has another exponent."""
    text = written(value) or ""
    match = _NUMBER.fullmatch(text)
    if match is None or text.rstrip()[-1] in "eE+-":
        return None
    sign, digits, point = Decimal(match[1]).as_tuple()
    # an exponent of more digits than that is as good as any other
    return Decimal((sign, digits, int(point) + int((match[2] or "") + (match[3] or "0")[:12])))


def number_of(value: Value | None) -> Decimal | None:
    """A JSON number or its text as NUMBER(18,4), rounded half away from zero; None for others."""
    exact = number_text_of(value)
    if exact is None or (exact and exact.adjusted() > 14):
        return None
    if not exact or exact.adjusted() < -5:
        return Decimal("0.0000")
    rounded = exact.quantize(Decimal("0.0001"), context=_WIDE) + 0
    return rounded if abs(rounded) < 10**14 else None


def sign_of(value: Value | None) -> int | None:
    """The sign of what `number_of` reads, before it is rounded: -1, 0 or 1."""
    if number_of(value) is None:
        return None
    text = (written(value) or "").strip(" \t\n\r\f").lower()
    if not any(digit in text.partition("e")[0] for digit in "123456789"):
        return 0
    return -1 if text.startswith("-") else 1


def is_rounded(value: Value | None) -> bool | None:
    """Whether `number_of` keeps fewer decimals than were written; None: by so little that a binary
    float does not show it, which engines need not count."""
    number = number_of(value)
    if value is None or number is None:
        return False
    text = (written(value) or "").strip(" \t\n\r\f").lower()
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
    match = re.fullmatch(r"([+-]?[0-9]+)(\.0*)?", written(value) or "")
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
FIRST_DATE, LAST_DATE = date(1, 1, 3), date(9999, 12, 29)


def moment_of(value: Value | None) -> datetime | None:
    """An ISO 8601 date or date-time as UTC without a zone, cut to microseconds; None for others,
    and within two days of the ends of the calendar."""
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
    if not FIRST_DATE <= local.date() <= LAST_DATE:
        return None
    offset = timedelta(hours=int(off_hours or 0), minutes=int(off_minutes or 0))
    zone = timezone(-offset if sign == "-" else offset)
    return local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
