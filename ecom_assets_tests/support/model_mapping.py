"""Mappings once more, in plain Python: what a line says in the stream's fields.

Written from what docs/your-own-events.md says and not from the SQL, with decimals and without
floats. What becomes of the values that are found here is in `model.py`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Union
from zoneinfo import ZoneInfo

from ecom_assets.model.mapping import (
    Amount,
    Condition,
    Constant,
    Epoch,
    EventMapping,
    First,
    Join,
    LocalTime,
    Origin,
    Picked,
    Place,
    Scaled,
    Source,
    Step,
    Upper,
)
from ecom_assets_tests.support.model_values import (
    TOKEN,
    Value,
    moment_of,
    number_text_of,
    text_of,
)

Node = Union[Value, "list[Node]", "dict[str, Node]"]
"""A JSON value that may be walked into."""

UNFIT = Value("object", "{}")
"""Stands for a value that is there and fits no field."""

_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
_MOST = Decimal(10) ** 11


def tree(line: str) -> Node:
    """What a line of valid JSON holds. Without recursion: no depth is too deep."""
    text = line.lstrip("\ufeff").rstrip(" \t\n\r")
    open_nodes: list[tuple[Node, str | None]] = []
    key: str | None = None
    awaits_key = False
    position = 0
    while True:
        token = TOKEN.match(text, position)
        assert token is not None, "no JSON"
        kind = token.lastgroup or ""
        position = token.end()
        word = token[kind]
        if kind == "mark" and word in ",:":
            awaits_key = word == "," and isinstance(open_nodes[-1][0], dict)
            continue
        if kind == "string" and awaits_key:
            key, awaits_key = Value("string", word).string, False
            continue
        node: Node
        if kind == "mark" and word in "{[":
            node = {} if word == "{" else []
            open_nodes.append((node, key))
            key, awaits_key = None, word == "{"
            continue
        if kind == "mark":
            node, key = open_nodes.pop()
        else:
            node = Value(kind, word)  # type: ignore[arg-type]
        awaits_key = False
        if not open_nodes:
            return node
        around = open_nodes[-1][0]
        if isinstance(around, dict):
            assert key is not None
            around[key] = node
        else:
            assert isinstance(around, list)
            around.append(node)


def file_mapping(
    name: str, mappings: Sequence[tuple[str, EventMapping]]
) -> tuple[str, EventMapping] | None:
    """The mapping of a file, whose pattern is the first that matches; None: fields by name."""
    below = name.partition("/")[2]
    for pattern, mapping in mappings:
        parts = [{"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern]
        if re.fullmatch("".join(parts), below, re.DOTALL):
            return pattern, mapping
    return None


@dataclass(frozen=True)
class Said:
    """What a line says of one sale.

    Attributes:
        number: of the item, from 1.
        has_items: False where the mapping asks for items and there are none.
        is_sale: False: the line is one of the others.
        given: the fields' values; one that is absent is missing.
        version: which one of its order it is.
        stated: what the order says that its money is.
        further: what its money is beside its sales'; None: no amount.
        tolerance: how far both may be apart; None: no money is compared.
    """

    number: int
    has_items: bool
    is_sale: bool
    given: Mapping[str, Value]
    version: Decimal | None = None
    stated: Decimal | None = None
    further: Decimal | None = None
    tolerance: Decimal | None = None


def sales_of(
    line: Node, mapping: EventMapping, types: Mapping[str, str], file: str, number: int
) -> Sequence[Said]:
    """What a line, an object, says: of each of its sales, or of itself where it has none."""
    is_sale = all(_holds(one, line) for one in mapping.where)
    items: Sequence[Node | None] = [None]
    has_items = True
    if mapping.rows is not None and is_sale:
        found = _at(line, mapping.rows.steps)
        has_items = isinstance(found, list) and bool(found)
        if isinstance(found, list) and found:
            items = found
    said = []
    for at, item in enumerate(items, 1):
        reader = _Reader(line, item, file, number, at)
        given = {name: reader.field(source, types[name]) for name, source in mapping.fields.items()}
        total = mapping.total
        said.append(
            Said(
                number=at,
                has_items=has_items,
                is_sale=is_sale,
                given={name: value for name, value in given.items() if value is not None},
                version=reader.version(mapping.version),
                stated=reader.amount(total.stated) if total else None,
                further=reader.amount(total.further) if total else None,
                tolerance=total.tolerance if total else None,
            )
        )
    return said


def _at(start: Node | None, steps: Sequence[Step]) -> Node | None:
    """What is at the end of a way; None where nothing is, or null."""
    found = start
    for step in steps:
        if isinstance(step, Picked):
            found = _picked(found, step)
        elif isinstance(step, int):
            in_list = isinstance(found, list) and step < len(found)
            found = found[step] if in_list else None  # type: ignore[index]
        else:
            found = found.get(step) if isinstance(found, dict) else None
    return None if isinstance(found, Value) and found.text == "null" else found


def _picked(found: Node | None, step: Picked) -> Node | None:
    for element in found if isinstance(found, list) else ():
        inner = element.get(step.key) if isinstance(element, dict) else None
        if isinstance(inner, Value) and text_of(inner) == step.text:
            return element
    return None


def _holds(condition: Condition, line: Node) -> bool:
    found = _at(line, condition.place.steps)
    if condition.kind in ("exists", "is_absent"):
        return (found is not None) == (condition.kind == "exists")
    text = found.text if isinstance(found, Value) and found.kind == "word" else None
    if isinstance(found, Value) and text is None:
        text = text_of(found)
    return (text in condition.texts) == (condition.kind == "is")


def _value(found: Node | None) -> Value | None:
    return found if found is None or isinstance(found, Value) else UNFIT


def _string(text: str) -> Value:
    return Value("string", json.dumps(text))


def _eight_decimals(exact: Decimal, most: Decimal = _MOST) -> Decimal | None:
    if exact and exact.adjusted() > 30:
        return None
    found = exact.quantize(Decimal("0.00000001"), context=_EXACT) + 0
    return found if abs(found) < most else None


class _Reader:
    """A sale's line and item."""

    def __init__(
        self, line: Node, item: Node | None, file: str, line_number: int, item_number: int
    ) -> None:
        self._line = line
        self._item = item
        self._origins = {"file": file, "line": str(line_number), "item": str(item_number)}

    def at(self, place: Place) -> Node | None:
        return _at(self._item if place.in_item else self._line, place.steps)

    def field(self, source: Source, kind: str) -> Value | None:
        """What a field is filled with; None: it is absent."""
        match source:
            case Place():
                return self._as_moment(_value(self.at(source)), kind)
            case Constant():
                return _string(source.text)
            case Origin():
                return _string(self._origins[source.what])
            case First():
                found = (self.field(part, kind) for part in source.parts)
                first = next((one for one in found if one is not None), None)
                zones = [part.time_zone for part in source.parts if isinstance(part, LocalTime)]
                return _in_utc(first, zones[0]) if zones else first
            case Join():
                values = [self.field(part, "text") for part in source.parts]
                there = [value for value in values if value is not None]
                if len(there) < len(values):
                    return None
                texts = [text for value in there if (text := text_of(value)) is not None]
                if len(texts) < len(there):
                    return UNFIT
                return self._as_moment(_string(source.between.join(texts)), kind)
            case Upper():
                value = self.field(source.place, kind)
                if value is None:
                    return None
                upper = text_of(value)
                return UNFIT if upper is None else _string(upper.upper())
            case Amount() | Scaled():
                if self.is_absent(source):
                    return None
                amount = self.amount(source)
                return UNFIT if amount is None else _string(f"{amount:.8f}")
            case Epoch():
                return self._epoch(source)
            case LocalTime():
                return self._local(source)

    def is_absent(self, source: Source) -> bool:
        match source:
            case Place(each=None):
                return self.at(source) is None
            case Scaled():
                return self.is_absent(source.place)
            case First():
                return all(map(self.is_absent, source.parts))
            case Amount():
                return any(map(self.is_absent, (*source.parts, *source.minus)))
        return False

    def _as_moment(self, value: Value | None, kind: str) -> Value | None:
        """A moment may be written as BigQuery writes it."""
        if kind == "moment" and value is not None and value.kind == "string":
            return _string(re.sub(r" UTC\Z", "Z", value.string))
        return value

    def amount(self, source: Source) -> Decimal | None:
        """An amount, to eight decimals; None: it is none."""
        match source:
            case Constant():
                return Decimal(source.text)
            case First():
                there = (part for part in source.parts if not self.is_absent(part))
                first = next(there, None)
                return None if first is None else self.amount(first)
            case Place(each=None):
                return self._number(self.at(source))
            case Place():
                assert source.each is not None
                elements = self.at(source)
                if elements is None:
                    return Decimal(0)
                if not isinstance(elements, list):
                    return None
                numbers = [self._number(_at(element, source.each)) for element in elements]
                return self._sum(numbers)
            case Scaled():
                number = self._number(self.at(source.place), most=Decimal(10) ** 21)
                by = source.by and _value(self.at(source.by))
                factors = [f for f, texts in source.factors if by and text_of(by) in texts]
                by_factor = Decimal([*factors, source.factor][0])
                if number is None:
                    return None
                return _eight_decimals(_EXACT.multiply(number, by_factor))
            case Amount(kind="sum"):
                less = [self._negative(part) for part in source.minus]
                return self._sum([*map(self.amount, source.parts), *less])
            case Amount():
                found: Decimal | None = Decimal(1)
                for part in source.parts:
                    factor = self.amount(part)
                    if found is None or factor is None:
                        return None
                    found = _eight_decimals(_EXACT.multiply(found, factor))
            case _:
                raise AssertionError(source)
        return self._sum([found, *map(self._negative, source.minus)])

    def _negative(self, source: Source) -> Decimal | None:
        amount = self.amount(source)
        return None if amount is None else -amount

    def _sum(self, numbers: Sequence[Decimal | None]) -> Decimal | None:
        total = Decimal(0)
        for number in numbers:
            if number is None:
                return None
            total = _EXACT.add(total, number)
        return _eight_decimals(total)

    def _number(self, found: Node | None, most: Decimal = _MOST) -> Decimal | None:
        exact = number_text_of(_value(found))
        return None if exact is None else _eight_decimals(exact, most)

    def _epoch(self, source: Epoch) -> Value | None:
        value = _value(self.at(source.place))
        if value is None:
            return None
        exact = number_text_of(value)
        if exact is None or exact.adjusted() > 20:
            return UNFIT
        micros = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}[source.unit]
        counted = exact.quantize(Decimal("0.000001"), context=_EXACT) * micros
        start = datetime(1970, 1, 1)
        try:
            moment = start + timedelta(
                microseconds=int(counted.quantize(Decimal(1), context=_EXACT))
            )
        except OverflowError:
            return UNFIT
        return _string(moment.isoformat())

    def _local(self, source: LocalTime) -> Value | None:
        value = self._as_moment(_value(self.at(source.place)), "moment")
        return _in_utc(value, source.time_zone)

    def version(self, place: Place | None) -> Decimal | None:
        """A number, or a moment's microseconds."""
        if place is None:
            return None
        value = _value(self.at(place))
        if re.fullmatch(r"[0-9]{1,18}(\.[0-9]+)?", text_of(value) or ""):
            return Decimal(text_of(value) or "").quantize(
                Decimal("0.000001"), ROUND_HALF_UP, _EXACT
            )
        moment = moment_of(self._as_moment(value, "moment"))
        if moment is None:
            return None
        return Decimal((moment - datetime(1970, 1, 1)) // timedelta(microseconds=1))


def _in_utc(value: Value | None, time_zone: str) -> Value | None:
    """A moment of a time zone, unless it says its offset itself."""
    moment = moment_of(value)
    if value is None or moment is None:
        return value
    if re.search("[Zz+-]", value.string[10:]):
        return value
    zone = ZoneInfo(time_zone)
    # of an hour that is there twice the second counts; one that is skipped goes on before
    local = moment.replace(tzinfo=zone)
    back = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    local = local.replace(fold=1 if back == moment else 0)
    return _string(f"{local.astimezone(UTC).replace(tzinfo=None).isoformat()}Z")
