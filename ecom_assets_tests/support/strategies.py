"""What may come in files, for hypothesis: lines that are events, nearly, or not at all.

`some` draws many at once, so that a whole batch is loaded together: what a line does to another is
tried as well, and a thousand lines cost little more than one. What must become of them is in
`model.py`.
"""

import gzip
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

Drawn = TypeVar("Drawn")


def some(strategy: st.SearchStrategy[Drawn], count: int, *, chance: int) -> Sequence[Drawn]:
    """So many values of a strategy (fewer where there are no more), the same for one `chance`."""
    drawn: list[Drawn] = []

    @seed(chance)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(value: Drawn) -> None:
        drawn.append(value)

    draw()
    return drawn


# ---- numbers and texts, as JSON says them

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
digits = st.one_of(
    st.text("0123456789", max_size=22),
    st.builds(lambda digit, count: digit * count, st.sampled_from("019"), st.integers(14, 400)),
)
wholes = digits.map(lambda text: text.lstrip("0") or "0")
decimals = st.builds(
    lambda sign, whole, fraction: f"{sign}{whole}.{fraction or 0}",
    st.sampled_from(["", "-"]),
    wholes,
    digits,
)
exponents = st.builds(
    lambda number, letter, exponent: f"{number}{letter}{exponent}",
    st.one_of(decimals, st.integers(-9, 9).map(str)),
    st.sampled_from(["e", "E", "e+", "e-"]),
    st.one_of(st.integers(0, 8), st.integers(0, 1_000)),
)
number_texts = st.one_of(decimals, exponents, st.integers(-5, 10**16).map(str), wholes)
odd_texts = st.sampled_from(
    ["", " ", "two", "NaN", "1,000", "1_0", "0x1", " 1.5 ", "+2", ".5", "5.", "1e400", "\u00a01"]
)
json_numbers = st.one_of(
    st.sampled_from(["1", "2", "12.50"]),
    number_texts,
    st.one_of(number_texts, odd_texts, texts).map(json.dumps),
    st.sampled_from(["null", "true", "{}", "[]", '{"a": [1, 2, 3, 4, 5, 6, 7]}', "1e400"]),
)
json_integers = st.one_of(
    st.integers(-(10**20), 10**20).flatmap(
        lambda n: st.sampled_from([str(n), f'"{n}"', f'"{n}.0"'])
    ),
    wholes,
    st.sampled_from(["null", "1.5", '"x"', "{}", '" 1"']),
)
json_texts = st.one_of(
    texts.map(json.dumps),
    texts.map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.sampled_from(["null", "true", "12", '"\\u0041\\/"', '"\\ud83d\\ude00"', '"\\ud83d"']),
)
json_ids = st.one_of(
    st.sampled_from(["a", "b", "c", "d", "e"]).map(json.dumps),
    *[st.integers(0, 10**9).map(lambda n: f'"e{n}"')] * 4,
    st.sampled_from(['"A"', '" "', '""', '"\\u3000"', "null", "7", '"7"', "true", '"a\\u0000"']),
)
depths = st.sampled_from([1, 2, 3, 30, 999, 1_000, 1_001])
json_values = st.one_of(
    st.recursive(
        st.one_of(json_texts, number_texts),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda values: f"[{','.join(values)}]"),
            st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), inner), max_size=3).map(
                lambda pairs: "{" + ", ".join(f'"{name}":{value}' for name, value in pairs) + "}"
            ),
        ),
        max_leaves=6,
    ),
    depths.map(lambda depth: "[" * depth + "]" * depth),
    depths.map(lambda depth: '{"a":' * depth + "1" + "}" * depth),
)

# ---- moments

YEARS = ("0000", "0001", "1900", "1969", "1970", "2000", "2024", "2026", "2038", "9999", "10000")
DAYS = ("01-01", "02-28", "02-29", "02-30", "03-29", "06-30", "12-31", "13-01", "00-10", "1-5")
OTHER_DATES = ("20260105", "2026-W02-1", "2026W021", "2026-005", "2026005", "2026-01", "2026")
TIMES = (
    *("", "T", "T00:00", "T10", "T24:00", "T24:00:00", "T23:59:59", "T23:59:60", "T23:59:61"),
    *("T02:30:00", "T00:00:00.000000", "T23:59:59.999999", "T23:59:59.9999999", "t01:00:00,5"),
    *(" 12:30:15", "T103000", "T10:60", "T25:00", "  10:00", "T10:00:00.", "T10:00:00.1234567899"),
)
OFFSETS = (
    *("", "Z", "z", "+00", "-00:00", "+00:00", "+01:00", "-0230", "+14:00", "-14:00", "+14:59"),
    *("-14:59", "+15:00", "+13:60", "+24:00", "+1", "+1:00", " +01:00", "\u221201:00", "ZZ"),
    *("[Europe/Berlin]", " Europe/Berlin", " UTC"),
)
DAYS_LATE = (0, 0, 0, 0, 1, 1, 2, 3, 4, -1)


@st.composite
def moments(draw: st.DrawFn, near: date) -> str:
    """An event_ts of that day, mostly."""
    kind = draw(st.sampled_from(["near", "near", "near", "near", "edge", "other"]))
    if kind == "other":
        odd = ["null", '""', '"yesterday"', '"2026-02-30"', '"2026-1-5"', "20260105", "[]"]
        return draw(st.sampled_from([*odd, *(f'"{text}"' for text in OTHER_DATES)]))
    if kind == "edge":
        day = f"{draw(st.sampled_from(YEARS))}-{draw(st.sampled_from(DAYS))}"
    else:
        day = str(near - timedelta(days=draw(st.sampled_from(DAYS_LATE))))
    time = draw(st.sampled_from(TIMES))
    offset = draw(st.sampled_from(OFFSETS)) if time else ""
    return f'"{day}{time}{offset}"'


# ---- lines


@st.composite
def objects(draw: st.DrawFn, near: date) -> str:
    """An event as a JSON object, good with luck."""
    wild = draw(st.booleans())
    fields = {
        "event_id": draw(json_ids),
        "event_ts": draw(moments(near)) if wild else f'"{near}"',
        "quantity": draw(json_numbers) if wild else "1",
        "total_amount": draw(json_numbers) if wild else "1.10",
    }
    if wild:
        fields["unit_price"] = draw(json_numbers)
        fields["customer_id"] = draw(json_texts)
        fields["points"] = draw(json_integers)
        fields["category"] = draw(json_texts)
        for name in draw(st.sets(st.sampled_from(sorted(fields)), max_size=1)):
            del fields[name]
    if draw(st.booleans()):
        name = draw(texts.filter(lambda name: name not in fields))
        fields[name] = draw(st.one_of(json_texts, json_values))
    names = draw(st.permutations(sorted(fields)))
    blank = draw(st.sampled_from(["", " ", "\t"]))
    pairs = [f"{json.dumps(name)}{blank}:{blank}{fields[name]}" for name in names]
    return "{" + f",{blank}".join(pairs) + "}"


SLIPS = (*'{}[]:,"\\-+.eE01 \t', "", "nan", "true", "\\u", "\x00", "é")


@st.composite
def mistyped(draw: st.DrawFn, line: str) -> str:
    """A line with some characters too many, too few or wrong."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(line)))
        gone = draw(st.sampled_from([0, 0, 1, 1, 2]))
        line = line[:at] + draw(st.sampled_from(SLIPS)) + line[at + gone :]
    return line


@st.composite
def lines(draw: st.DrawFn, near: date) -> bytes:
    """A line: an event as a rule, else what is left of one."""
    line = draw(objects(near))
    match draw(
        st.sampled_from([*[""] * 6, "mistyped", "mistyped", "cut", "blank", "any", "twice"])
    ):
        case "mistyped":
            line = draw(mistyped(line))
        case "cut":
            line = line[: draw(st.integers(0, len(line) - 1))]
        case "blank":
            line = draw(st.sampled_from(["", "  ", "\t"]))
        case "any":
            line = draw(st.sampled_from(["[]", "null", "x", "{}", "NaN", line + line, line + ","]))
        case "twice":
            line = line[:-1] + draw(st.sampled_from([',"x":1,"x":2}', ',"x":{"y":1,"y":2}}']))
    return line.encode() + draw(st.sampled_from([b"", b"", b"\r"]))


# ---- files


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes with some of them changed, gone, or doubled."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        match draw(st.sampled_from(["cut", "gone", "changed", "new", "doubled"])):
            case "cut":
                content = content[:at]
            case "gone":
                content = content[:at] + content[at + draw(st.integers(1, 9)) :]
            case "changed":
                content = content[:at] + draw(st.binary(min_size=1, max_size=3)) + content[at + 1 :]
            case "new":
                content = content[:at] + draw(st.binary(max_size=9)) + content[at:]
            case "doubled":
                content += content[at:]
    return content


@st.composite
def files(draw: st.DrawFn, near: date) -> tuple[str, bytes]:
    """A file's suffix and its bytes: any at all, or lines of that day, whole or damaged."""
    content = b"\n".join(draw(st.lists(lines(near), max_size=4)))
    content = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])) + content
    packed = gzip.compress(content, mtime=0)
    kinds = ["bytes", "plain", "damaged", "packed", "broken", "short", "members"]
    match draw(st.sampled_from(kinds)):
        case "bytes":
            return draw(st.sampled_from([".jsonl", ".jsonl.gz"])), draw(st.binary(max_size=80))
        case "plain":
            return draw(st.sampled_from([".jsonl", ".NDJSON"])), content
        case "damaged":
            return ".jsonl", draw(damaged(content))
        case "broken":
            return ".jsonl.gz", draw(damaged(packed))
        case "short":
            return ".jsonl.gz", packed[: -draw(st.integers(1, len(packed) - 1))]
        case "members":
            at = draw(st.integers(0, len(content)))
            two = gzip.compress(content[:at], mtime=0) + gzip.compress(content[at:], mtime=0)
            return ".jsonl.gz", two + draw(st.sampled_from([b"", b"\x00" * 9, b"\x00x", b"x"]))
    return draw(st.sampled_from([".jsonl.gz", ".ndjson.GZ"])), packed
