"""A mapping's TOML: read into values, or one sentence that says what is wrong, where.

What a file can say is in docs/your-own-events.md.
"""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, NoReturn
from zoneinfo import available_timezones

from ecom_assets.model.mapping import (
    PLAIN,
    Amount,
    Condition,
    Constant,
    Epoch,
    EventMapping,
    First,
    Join,
    LocalTime,
    MappingError,
    Origin,
    Picked,
    Place,
    Scaled,
    Source,
    Step,
    Total,
    Upper,
    parts_of,
    places,
    plain_mapping,
    reads_item,
    shape,
)
from ecom_assets.model.stream import EventStream

SHIPPED_FOLDER = Path(__file__).parent / "mappings"


def shipped() -> Sequence[str]:
    """The names of the mappings that come with this project."""
    return sorted(path.stem for path in SHIPPED_FOLDER.glob("*.toml"))


def named_mapping(name: str, root: Path, stream: EventStream) -> EventMapping:
    """A mapping to a stream by its name: that of one that is shipped, or a path below `root`.

    Raises:
        MappingError: there is none, or it cannot be used.
    """
    if name == PLAIN:
        return plain_mapping(field.name for field in stream.fields)
    if name not in shipped() and "/" not in name and not name.endswith(".toml"):
        raise MappingError(
            f"There is no mapping {name!r}: it must be {', '.join((PLAIN, *shipped()))}, or the "
            "path of a TOML file."
        )
    return read_mapping(mapping_path(name, root), stream)


def mapping_path(name: str, root: Path) -> Path:
    """The file of a mapping that is shipped, or else what a path below `root` names."""
    if name in shipped():
        return SHIPPED_FOLDER / f"{name}.toml"
    return root / os.path.expanduser(name)


def read_mapping(path: Path, stream: EventStream) -> EventMapping:
    """The mapping to a stream in a file, which is named like it.

    Raises:
        MappingError: it cannot be read or used.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no UTF-8"
        raise MappingError(f"The mapping {path} cannot be read ({why}).") from None
    return parsed_mapping(text, path.stem, stream, str(path))


def parsed_mapping(text: str, name: str, stream: EventStream, file: str) -> EventMapping:
    """The mapping to a stream that a text of TOML holds; `file` is where it stands, for errors.

    Raises:
        MappingError: it cannot be used.
    """
    try:
        return _File(text, file, stream).mapping(name)
    except RecursionError:
        raise MappingError(f"The mapping {file} is nested too deeply.") from None


_PATH = re.compile(
    r'\.(?P<key>[\w-]+|"[^"\\]+")|\[(?P<place>\d{1,6})\]|'
    r'\[(?P<by>[\w-]+|"[^"\\]+")=(?P<text>[^\]]+)\]|(?P<each>\[\])'
)
NO_ZONES = frozenset({"localtime", "Factory"})
"""Names that some machines have among those of time zones, of whatever zone or of none."""
_MOST_DECIMALS, _DEEPEST = 8, 8
_ORIGINS = {"#line": "line", "#item": "item", "#file": "file"}
_A_PATH = (
    "a path such as .order.id (from the line) or @.price (from the item; @ needs `rows`), with "
    '."a key", [0], [key=text] or, in an amount, []'
)


class _File:
    """A mapping's TOML on its way to values."""

    def __init__(self, text: str, file: str, stream: EventStream) -> None:
        self._text = text
        self._file = file
        self._stream = stream
        self._table, self._key = "", ""  # where we are, for errors
        self._has_rows, self._depth = False, 0

    def mapping(self, name: str) -> EventMapping:
        try:
            told = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            raise MappingError(f"The mapping {self._file} is no TOML: {error}.") from None
        self._only(told, "description", "rows", "where", "version", "fields", "total")
        self._has_rows = "rows" in told
        names = {field.name: field.type for field in self._stream.fields}
        self._table = "fields"
        found: dict[str, Source] = {}
        if not isinstance(told.get("fields"), dict) or not told["fields"]:
            self._table = ""
            self._fail("needs a table [fields] that says where the stream's fields are")
        for field, value in told["fields"].items():
            self._key = field
            if field not in names:
                self._fail(f"is no field of the stream: there are {', '.join(names)}")
            found[field] = self._source(value, names[field])
        self._key = ""
        if lacking := [f.name for f in self._stream.fields if f.required and f.name not in found]:
            self._fail(f"lacks {lacking[0]}, without which each line is a reject")
        if "currency" in names and "currency" not in found:
            self._fail('lacks currency, such as ".currency" or { constant = "EUR" }')
        self._table = ""
        mapping = EventMapping(
            name=name,
            fields=found,
            rows=self._at(told, "rows", self._line_place),
            where=self._at(told, "where", self._conditions) or (),
            version=self._at(told, "version", self._line_place),
            total=self._total(told["total"]) if "total" in told else None,
            description=str(told.get("description", "")),
        )
        self._see_shapes(mapping)
        self._see_ids(mapping)
        return mapping

    def _fail(self, what: str) -> NoReturn:
        names = ".".join(part for part in (self._table, self._key) if part)
        line = self._line()
        where = f"{self._file}, line {line}" if line else self._file
        raise MappingError(f"The mapping {where}: {names or 'it'} {what}.")

    def _line(self) -> int:
        table = ""
        wanted = ".".join(part for part in (self._table, self._key) if part)
        for number, line in enumerate(self._text.splitlines(), start=1):
            if header := re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]", line):
                table = header[1]
                if table == wanted:
                    return number
            key = re.match(r'\s*"?([\w-]+)"?\s*[.=]', line)
            if key and (table, key[1]) == (self._table, self._key):
                return number
        return 0

    def _only(self, table: Mapping[str, Any], *keys: str) -> None:
        for key in table:
            if key not in keys:
                if not self._key:
                    self._key = key
                    self._fail(f"is not known: there are {', '.join(keys)}")
                self._fail(f"has {key!r}, which is not known here: there are {', '.join(keys)}")

    def _at(self, table: Mapping[str, Any], key: str, read: Any) -> Any:
        self._key = key
        return read(table[key]) if key in table else None

    def _place(self, text: Any) -> Place:
        if not isinstance(text, str):
            self._fail(f"holds {text!r}, but it must be {_A_PATH}")
        in_item = text.startswith("@")
        rest = text.removeprefix("@")
        steps: list[Step] = []
        each: list[Step] | None = None
        at = 0
        while match := _PATH.match(rest, at):
            at = match.end()
            way = steps if each is None else each
            if match["each"]:
                if each is not None or not steps:
                    self._fail(f"holds {text!r}, which has [] twice, or nothing before it")
                each = []
            elif match["key"]:
                way.append(match["key"].strip('"'))
            elif match["place"]:
                way.append(int(match["place"]))
            else:
                way.append(Picked(match["by"].strip('"'), match["text"].strip('"')))
        if each is not None and any(isinstance(step, Picked) for step in [*steps, *each]):
            self._fail(f"holds {text!r}, but a path with [] has no [key=text]")
        first_is_key = bool(steps) and isinstance(steps[0], str)
        if at != len(rest) or not first_is_key or (in_item and not self._has_rows):
            self._fail(f"holds {text!r}, but it must be {_A_PATH}")
        return Place(tuple(steps), in_item, None if each is None else tuple(each))

    def _single(self, text: Any) -> Place:
        place = self._place(text)
        if place.each is not None:
            self._fail(
                f"holds {text!r}, but [] sums up amounts: it stands in sum, product or minus"
            )
        return place

    def _line_place(self, text: Any) -> Place:
        place = self._single(text)
        if place.in_item:
            self._fail(f"holds {text!r}, but it must be a path from the line")
        return place

    def _source(self, value: Any, kind: str) -> Source:
        """What a field is filled with."""
        if isinstance(value, str):
            return self._leaf(value)
        if not isinstance(value, dict):
            self._fail(f"holds {value!r}, but it must be a path or a table such as {{ path = … }}")
        if {"sum", "product"} & set(value):
            return self._with_default(value, self._amount(value, kind), kind)
        if "join" in value:
            self._only(value, "join", "with", "default")
            parts = [self._part(part) for part in self._list(value["join"])]
            between = value.get("with", "")
            if not isinstance(between, str):
                self._fail(f"has a with of {between!r}, but it must be a text")
            return self._with_default(value, Join(tuple(parts), between), kind)
        if "first" in value:
            self._only(value, "first", "default")
            parts = [self._leaf(part) for part in self._list(value["first"])]
            return self._with_default(value, First(tuple(parts)), kind)
        if "constant" in value:
            self._only(value, "constant")
            return self._constant(value["constant"], kind)
        self._only(value, "path", "default", "upper", "divide_by", "except", "unit", "time_zone")
        if "path" not in value:
            self._fail("needs path, constant, join, first, sum or product")
        found: Source = self._leaf(value["path"])
        special = {"upper": "text", "divide_by": "number", "unit": "moment", "time_zone": "moment"}
        for key, wanted in special.items():
            if key in value and (kind != wanted or not isinstance(found, Place)):
                self._fail(f"has {key!r}, which is for a path and a {wanted}")
        if {"unit", "time_zone"} <= set(value):
            self._fail("has a unit and a time_zone, but a count since 1970 is of UTC")
        if not isinstance(value.get("upper", False), bool):
            self._fail(f"has an upper of {value['upper']!r}, but it must be true or false")
        if isinstance(found, Place):
            if "divide_by" in value:
                found = self._scaled(found, value)
            elif "except" in value:
                self._fail("has 'except', which stands beside divide_by alone")
            elif value.get("upper"):
                found = Upper(found)
            elif "unit" in value:
                if value["unit"] not in ("seconds", "milliseconds", "microseconds"):
                    self._fail("has a unit that is none of seconds, milliseconds, microseconds")
                found = Epoch(found, value["unit"])
            elif "time_zone" in value:
                if str(value["time_zone"]) not in available_timezones() - NO_ZONES:
                    self._fail(
                        f"has the time zone {value['time_zone']!r}, which is none: it must be such "
                        "as Europe/Berlin"
                    )
                found = LocalTime(found, value["time_zone"])
        return self._with_default(value, found, kind)

    def _scaled(self, place: Place, value: Mapping[str, Any]) -> Scaled:
        factor = self._factor(value["divide_by"])
        if "except" not in value:
            return Scaled(place, factor)
        told = value["except"]
        if not isinstance(told, dict) or len(told) < 2:
            self._fail('has an except that is not such as { path = ".currency", 1 = ["JPY"] }')
        by = self._line_place(told.get("path"))
        factors = tuple(
            (self._factor(key), tuple(map(self._text_of, self._list(texts))))
            for key, texts in told.items()
            if key != "path"
        )
        return Scaled(place, factor, by, factors)

    def _leaf(self, text: Any) -> Place | Origin:
        if isinstance(text, str) and text in _ORIGINS:
            return Origin(_ORIGINS[text])  # type: ignore[arg-type]
        return self._single(text)

    def _part(self, text: Any) -> Source:
        if isinstance(text, str) and not re.match(r"@?\.|#", text):
            return Constant(text)
        return self._leaf(text)

    def _list(self, value: Any) -> Sequence[Any]:
        if not isinstance(value, list) or not value:
            self._fail(f"holds {value!r} where a list of some is needed")
        return list(value)

    def _with_default(
        self, table: Mapping[str, Any], source: Source, kind: str = "number"
    ) -> Source:
        if "default" not in table:
            return source
        return First((source, self._constant(table["default"], kind)))

    def _constant(self, value: Any, kind: str) -> Constant:
        """A text that fits a field of a type."""
        text = self._text_of(value)
        if kind == "number":
            text = self._number(value, "a number is needed")
        elif kind == "whole" and not _is_whole(text):
            self._fail(f"holds {value!r} where a whole number is needed")
        elif kind == "moment":
            text = re.sub(r"(\.\d{6})\d+", r"\1", text.upper().replace(",", "."))
            if not _is_moment(text):
                self._fail(f"holds {value!r} where a moment as ISO 8601 writes it is needed")
        return Constant(text)

    def _text_of(self, value: Any) -> str:
        if isinstance(value, list | dict):
            self._fail(f"holds {value!r} where a text is needed")
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _amount(self, value: Mapping[str, Any], kind: str = "number") -> Amount:
        self._only(value, "sum", "product", "minus", "default")
        if kind != "number" or ("sum" in value) == ("product" in value):
            self._fail("must be a sum or a product, of a field that is a number")
        how: Literal["sum", "product"] = "sum" if "sum" in value else "product"
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail(f"has sums and products in each other more than {_DEEPEST} deep")
        found = Amount(how, self._amounts(value[how]), self._amounts(value.get("minus", [])))
        self._depth -= 1
        return found

    def _amounts(self, parts: Any) -> Sequence[Source]:
        if not isinstance(parts, list):
            self._fail(f"holds {parts!r} where a list of amounts is needed")
        return tuple(self._one_amount(part) for part in parts)

    def _one_amount(self, part: Any) -> Source:
        if isinstance(part, dict) and {"sum", "product"} & set(part):
            return self._with_default(part, self._amount(part))
        if isinstance(part, dict):
            self._only(part, "path", "default")
            return self._with_default(part, self._place(part.get("path")))
        if isinstance(part, str) and re.match(r"@?\.", part):
            return self._place(part)
        return Constant(self._number(part))

    def _number(
        self, value: Any, needed: str = "an amount is a path, a number, or a sum or product"
    ) -> str:
        try:
            number = Decimal(str(value))
            if not number.is_finite() or abs(number) >= 10**11:
                raise InvalidOperation
        except InvalidOperation:
            self._fail(f"holds {value!r}, but {needed}")
        if round(number, _MOST_DECIMALS) != number:
            self._fail(f"holds {value!r}, which has more than {_MOST_DECIMALS} decimals")
        return f"{number:f}"

    def _factor(self, value: Any) -> str:
        text = self._number(value)
        if not re.fullmatch("10{0,8}", text):
            self._fail(f"is divided by {value!r}, but it must be 1, 10, 100 and so on")
        return f"{1 / Decimal(text):f}"

    def _conditions(self, told: Any) -> Sequence[Condition]:
        return tuple(self._condition(one) for one in self._list(told))

    def _condition(self, told: Any) -> Condition:
        if not isinstance(told, dict):
            self._fail('must be a list of conditions such as { path = ".event", is = "sale" }')
        self._only(told, "path", "is", "is_not", "exists")
        place = self._line_place(told.get("path"))
        if len(told) != 2:
            self._fail("has a condition that needs one of is, is_not and exists")
        if "exists" in told:
            if not isinstance(told["exists"], bool):
                self._fail("has a condition whose exists is neither true nor false")
            return Condition(place, "exists" if told["exists"] else "is_absent")
        kind: Literal["is", "is_not"] = "is" if "is" in told else "is_not"
        texts = told[kind] if isinstance(told[kind], list) else [told[kind]]
        return Condition(place, kind, tuple(map(self._text_of, self._list(texts))))

    def _total(self, told: Any) -> Total:
        self._table, self._key = "total", ""
        if not isinstance(told, dict) or "stated" not in told:
            self._fail("needs stated, the path of what the order says")
        self._only(told, "stated", "further", "minus", "tolerance")
        stated = self._at(told, "stated", self._one_amount)
        further = self._at(told, "further", self._amounts) or ()
        minus = self._at(told, "minus", self._amounts) or ()
        tolerance = self._at(told, "tolerance", self._number)
        if Decimal(tolerance or 0) < 0:
            self._fail(f"is {tolerance}, but it must not be below zero")
        total = Total(stated, Amount("sum", further, minus), Decimal(tolerance or 0))
        self._key = ""
        if any(place.in_item for place in places(total)):
            self._fail("reads an item, but it is of the line: its paths begin with a dot")
        return total

    def _see_ids(self, mapping: EventMapping) -> None:
        """Each by itself is right; together they would mix up sales."""
        self._table, self._key = "fields", "event_id"
        own = mapping.fields.get("event_id")
        origins = {origin.what for origin in parts_of(own, Origin)}
        if origins & {"line", "item"} and "file" not in origins and not any(places(own)):
            self._fail('repeats in each file: it needs a path or "#file" beside the number')
        if mapping.rows and not reads_item(own):
            self._fail('is the same for all items of a line: it needs a path with @, or "#item"')
        if mapping.version and mapping.rows and "order_id" not in mapping.fields:
            self._key = "order_id"
            self._fail("is missing, but with rows a version is of an order")
        self._key = "event_ts"
        if mapping.total and any(place.in_item for place in places(mapping.fields[self._key])):
            self._fail("reads the item, but with [total] an order is of one moment: read the line")

    def _see_shapes(self, mapping: EventMapping) -> None:
        """A place cannot be a value and an object, or an object and a list."""
        self._key = ""
        try:
            shape(mapping)
        except MappingError as error:
            self._fail(str(error))


def _is_whole(text: str) -> bool:
    return bool(re.fullmatch("[+-]?[0-9]{1,19}", text)) and -(2**63) <= int(text) < 2**63


_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"([T ]([01]\d|2[0-3]):\d\d(:\d\d(\.\d+)?)?(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?",
    re.ASCII,
)


def _is_moment(text: str) -> bool:
    """Whether it is what sql/*/types.sql take for one."""
    if not _MOMENT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
