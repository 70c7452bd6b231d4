"""A mapping as SQL: how the stream's fields are read from a producer's lines.

How a value of a type is read is said once for an engine, in `sql/<engine>/types.sql`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any

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
    Shape,
    Source,
    Step,
    Upper,
    places,
    shape,
)
from ecom_assets.model.reading import EVERY_FILE
from ecom_assets.model.stream import TAKEN, EventStream, Field, FieldType
from ecom_assets.warehouse.expressions import call, case, literal
from ecom_assets.warehouse.scripts import projections

if TYPE_CHECKING:
    from sqlglot import exp

WHITE_SPACE = " \t\n\r\x0b\x0c"
"""What a line of nothing else is no row: ASCII's white space, as in `landing/lines.py`."""

MICROS = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}

AMOUNT = "decimal(19, 8)"


def template(engine: str, name: str, **values: exp.Expr) -> exp.Expr:
    """What `sql/<engine>/types.sql` says under a name, with values in the place of its `:name`s and
    of the identifier `key_name`, which is `key`."""
    from sqlglot import exp

    found = projections("types", engine).get(name)
    assert found is not None, f"sql/{engine}/types.sql lacks {name}"
    named = found.copy()
    if key := values.pop("key", None):
        for part in list(named.find_all(exp.Identifier, exp.JSONPathKey)):
            if part.this == "key_name":
                is_path = isinstance(part, exp.JSONPathKey)
                part.replace(_json_step(key.name) if is_path else key.copy())
    return exp.paren(exp.replace_placeholders(named, white_space=literal(WHITE_SPACE), **values))


@dataclass(frozen=True)
class MappingSql:
    """What of a mapping stands in an engine's SQL, over a row of `events.sql`: `raw`, `event`, and
    where there are items, `item` and `source_item_number`."""

    mapping: EventMapping
    engine: str

    # Places

    def value(self, place: Place) -> exp.Expr:
        """What is there, as the engine has it; null where nothing is."""
        from sqlglot import exp

        if self.engine == "snowflake":
            start = exp.column("item" if place.in_item else "raw")
            return self._way(start, place.steps)
        start = exp.column("item" if place.in_item else "event")
        return self._way(start, place.steps)

    def _way(self, start: exp.Expr, steps: Sequence[Step]) -> exp.Expr:
        from sqlglot import exp

        found, left = start, [*steps]
        while left:
            if isinstance(left[0], Picked):
                picked = left.pop(0)
                assert isinstance(picked, Picked)
                found = self._template(
                    "picked",
                    list=found,
                    text=literal(picked.text),
                    key=exp.to_identifier(picked.key, quoted=_needs_quotes(picked.key)),
                )
            elif self.engine == "snowflake":
                path: list[exp.Expr] = [exp.JSONPathRoot()]
                while left and not isinstance(left[0], Picked):
                    path.append(_json_step(left.pop(0)))
                found = exp.JSONExtract(
                    this=found,
                    expression=exp.JSONPath(expressions=path),
                    variant_extract=True,
                    requires_json=True,
                )
            elif isinstance(left[0], int):
                number = literal(left.pop(0) + 1)  # type: ignore[operator]
                found = self._template("element", list=found, number=number)
            else:
                found = _key_of(found, str(left.pop(0)))
        return found

    def in_line(self, place: Place) -> exp.Expr:
        """The text of what is there, read from `raw` alone, by the row's `source_item_number`."""
        from sqlglot import exp

        if self.engine == "snowflake":
            start: exp.Expr = exp.column("raw")
            if place.in_item:
                index = exp.column("source_item_number") - 1
                start = call("get", self._items(), index)
            return self._template("in_line", value=self._way(start, place.steps))
        if any(isinstance(step, Picked) for step in place.steps):
            return self._template("picked_in_line", **self._where(place))
        return self._template("in_line", path=self._path(place))

    def _items(self) -> exp.Expr:
        assert self.mapping.rows is not None
        return self.value(self.mapping.rows)

    def _template(self, name: str, **values: exp.Expr) -> exp.Expr:
        return template(self.engine, name, **values)

    def _steps(self, place: Place) -> list[Step | None]:
        """The way from the line; None stands for the place of the item."""
        rows = self.mapping.rows
        assert rows is not None or not place.in_item
        return (
            [*(rows.steps if rows else ()), None, *place.steps] if place.in_item else [*place.steps]
        )

    def _where(self, place: Place) -> dict[str, exp.Expr]:
        """Where in a line DuckDB's json_text looks."""
        from sqlglot import exp

        steps = [
            {step.key: step.text} if isinstance(step, Picked) else step
            for step in self._steps(place)
        ]
        item = exp.column("source_item_number") if place.in_item else literal(0)
        return {"place": literal(json.dumps(steps)), "item": item}

    def _where_in_list(self, place: Place) -> dict[str, exp.Expr]:
        """The same of what is summed up, in the element with the number `i`."""
        from sqlglot import exp

        where = self._where(place)
        before = where["place"].name.removesuffix("]")
        behind = json.dumps(list(place.each or ()))[1:]
        index = exp.cast(exp.column("i") - 1, "varchar")
        parts = [literal(f"{before}, "), index, literal(f", {behind}" if place.each else behind)]
        return where | {"place": exp.paren(call("concat", *parts))}

    def _path(self, place: Place) -> exp.Expr:
        """The JSON path to it; of a list that is to be summed up, to that."""
        from sqlglot import exp

        before, _, behind = _path_text(self._steps(place)).partition("[]")
        if not place.in_item:
            return literal(before)
        number = exp.cast(exp.column("source_item_number") - 1, "varchar")
        return exp.paren(call("concat", literal(f"{before}["), number, literal(f"]{behind}")))

    # Sources

    def text(self, source: Source, kind: FieldType) -> exp.Expr:
        """The text of a field of a type, as far as its engine can tell: what it is typed from."""
        from sqlglot import exp

        match source:
            case Place():
                return self._text_of(self.value(source), kind, source)
            case Epoch():
                return self._template(
                    "epoch_as_text",
                    text=self.text(source.place, "number"),
                    micros=literal(MICROS[source.unit]),
                )
            case LocalTime():
                return self.text(source.place, kind)
            case Upper():
                return call("upper", self.text(source.place, kind))
            case Amount() | Scaled():
                return exp.cast(self.amount(source), "varchar")
            case First():
                there = [(exp.not_(self.is_absent(p)), self.text(p, kind)) for p in source.parts]
                return exp.paren(case(there))
            case Join():
                parts: list[exp.Expr] = []
                for part in source.parts:
                    parts += [literal(source.between)] if parts and source.between else []
                    parts.append(self.text(part, "text"))
                joined = reduce(lambda a, b: exp.DPipe(this=a, expression=b), parts)
                return self._text_of(exp.paren(joined), kind) if kind == "moment" else joined
            case Origin(what="file"):
                return exp.column("source_filename")
            case Origin():
                number = "source_row_number" if source.what == "line" else "source_item_number"
                return exp.cast(exp.column(number), "varchar")
            case Constant():
                return literal(source.text)

    def _text_of(self, value: exp.Expr, kind: FieldType, place: Place | None = None) -> exp.Expr:
        where: Mapping[str, exp.Expr] = {}
        if self.engine == "duckdb" and place is not None:
            where = self._where(place)
        if kind == "moment" and not self.mapping.is_plain:
            value = self._template("moment_of_producer", value=value)
        return self._template(f"{kind}_as_text", value=value, **where)

    def is_absent(self, source: Source) -> exp.Expr:
        """Whether there is nothing that a field could be filled with."""
        from sqlglot import exp

        match source:
            case Place(each=None):
                return self._template("is_absent", value=self.value(source))
            case Epoch() | LocalTime() | Upper() | Scaled():
                return self.is_absent(source.place)
            case First():
                return exp.and_(*map(self.is_absent, source.parts))
            case Join():
                return exp.or_(*map(self.is_absent, source.parts))
            case Amount():
                return exp.or_(*map(self.is_absent, (*source.parts, *source.minus)))
        return exp.false()

    def amount(self, source: Source) -> exp.Expr:
        """A NUMBER(19,8), null where it is none."""
        from sqlglot import exp

        match source:
            case Place(each=None):
                return self._amount_of(self.text(source, "number"))
            case Place():
                assert source.each is not None
                element = self._way(exp.column("e"), source.each)
                where = self._where_in_list(source) if self.engine == "duckdb" else {}
                element = self._template("number_as_text", value=element, **where)
                values = {"list": self.value(source), "amount": self._amount_of(element)}
                if self.engine == "duckdb":
                    values["path"] = self._path(source)
                return self._bounded(self._template("summed", **values))
            case Constant():
                return _amount(source.text)
            case First():
                there = [(exp.not_(self.is_absent(p)), self.amount(p)) for p in source.parts]
                return exp.paren(case(there))
            case Scaled():
                text, factor = self.text(source.place, "number"), _factor(source.factor)
                amount = self._template("number_as_wide", text=text)
                if source.by is not None:
                    by = exp.cast(self.value(source.by), "varchar")
                    factors = [
                        (_is_one_of(by.copy(), texts), _factor(other))
                        for other, texts in source.factors
                    ]
                    factor = exp.paren(case(factors).else_(factor))
                return self._bounded(exp.Mul(this=amount, expression=factor))
            case Amount():
                parts = [self.amount(part) for part in source.parts]
                if source.kind == "product":
                    found = reduce(lambda a, b: self._bounded(exp.Mul(this=a, expression=b)), parts)
                else:
                    found = reduce(lambda a, b: exp.Add(this=a, expression=b), parts or [_zero()])
                for part in source.minus:
                    found = exp.Sub(this=found, expression=self.amount(part))
                return self._bounded(found)
        return self._amount_of(self.text(source, "number"))

    def _bounded(self, amount: exp.Expr) -> exp.Expr:
        """As a NUMBER(19,8); null where it is too large for one, so that no sum or product of two
        leaves a NUMBER(38,16)."""
        return self._template("bounded", amount=amount)

    def _amount_of(self, text: exp.Expr) -> exp.Expr:
        return self._template("number_as_amount", text=text)

    # What a row of typed_lines.sql has

    def structure(self) -> exp.Expr:
        """What DuckDB's FROM_JSON is to make of a line."""
        return literal(json.dumps(_structure(shape(self.mapping))))

    def is_sale(self) -> exp.Expr:
        """Whether the line is a sale, never null."""
        from sqlglot import exp

        found = (
            exp.and_(*map(self._holds, self.mapping.where)) if self.mapping.where else exp.true()
        )
        return exp.paren(found)

    def _holds(self, condition: Condition) -> exp.Expr:
        from sqlglot import exp

        value = self.value(condition.place)
        is_absent = self._template("is_absent", value=value)
        if condition.kind in ("exists", "is_absent"):
            return exp.not_(is_absent) if condition.kind == "exists" else is_absent
        text = exp.cast(value.copy(), "varchar")
        is_one = _is_one_of(text, condition.texts)
        holds = is_one if condition.kind == "is" else exp.not_(is_one)
        return call("coalesce", holds, exp.convert(condition.kind == "is_not"))

    def items(self) -> exp.Expr:
        """The list that has a sale an element."""
        return self._items()

    def has_items_in_line(self) -> exp.Expr:
        """Whether a line `raw` has some, read from that alone."""
        from sqlglot import exp

        rows = self.mapping.rows
        if rows is None:
            return exp.true()
        if self.engine == "snowflake":
            return self._template("has_items_in_line", list=self.value(rows))
        return self._template("has_items_in_line", path=self._path(rows))

    def line_values(self, fields: Sequence[Field]) -> list[exp.Expr]:
        """What is known before a line's items are: its version, its money and, so that it is read
        once and not for each item, the texts of the fields that are the same for all."""
        from sqlglot import exp

        return [
            exp.alias_(self._source_version(), "source_version"),
            exp.alias_(self._order_stated(), "order_stated"),
            exp.alias_(self._order_further(), "order_further"),
            *(self._field_text(field) for field in fields if self._is_of_line(field)),
        ]

    def field_texts(self, fields: Sequence[Field]) -> list[exp.Expr]:
        """The texts of the other fields."""
        return [self._field_text(field) for field in fields if not self._is_of_line(field)]

    def _is_of_line(self, field: Field) -> bool:
        source = self.mapping.fields.get(field.name)
        return self.mapping.rows is not None and not any(reads_item(source))

    def _source_version(self) -> exp.Expr:
        """Which version of an order it is, as a NUMBER(24,6)."""
        from sqlglot import exp

        place = self.mapping.version
        if place is None:
            return exp.cast(exp.null(), "decimal(24, 6)")
        moment = self._template("moment_as_value", text=self.text(place, "moment"))
        return self._template("version", text=self.text(place, "text"), moment=moment)

    def _order_stated(self) -> exp.Expr:
        """What an order's money should add up to."""

        total = self.mapping.total
        return self.amount(total.stated) if total else _zero(null=True)

    def _order_further(self) -> exp.Expr:
        """What its sales have beside it."""
        total = self.mapping.total
        return self.amount(total.further) if total else _zero(null=True)

    def _field_text(self, field: Field) -> exp.Expr:
        from sqlglot import exp

        source = self.mapping.fields.get(field.name)
        text = self.text(source, field.type) if source else exp.cast(exp.null(), "varchar")
        return exp.alias_(text, f"{field.name}_text")

    def field_value(self, field: Field) -> exp.Expr:
        from sqlglot import exp

        text = exp.column(f"{field.name}_text")
        found = self._template(f"{field.type}_as_value", text=text)
        source = self.mapping.fields.get(field.name)
        # beside it there may be what stands for it where it is absent
        parts = source.parts if isinstance(source, First) else [source]
        if local := [part for part in parts if isinstance(part, LocalTime)]:
            zone = literal(local[0].time_zone)
            found = self._template("moment_as_local", text=text, moment=found, time_zone=zone)
        return exp.alias_(found, field.name)

    def field_sign(self, field: Field) -> exp.Expr:
        """-1, 0 or 1, of a number as it was written."""
        from sqlglot import exp

        return exp.alias_(self._of_number(field, "sign"), f"{field.name}_sign")

    def is_rounded(self, field: Field) -> exp.Expr:
        """Whether a number has more decimals than are kept."""
        return self._of_number(field, "is_rounded")

    def _of_number(self, field: Field, what: str) -> exp.Expr:
        from sqlglot import exp

        text, number = exp.column(f"{field.name}_text"), exp.column(field.name)
        return self._template(f"number_{what}", text=text, number=number)

    def version_key(self) -> exp.Expr:
        """What a row is a version of: an order that comes with its items, or else an event."""
        from sqlglot import exp

        return exp.column("order_id" if self.mapping.rows else "event_id")

    def order_tolerance(self) -> exp.Expr:
        """How far the money of an order may be off."""
        total = self.mapping.total
        return literal(total.tolerance if total else 0)

    def is_field_absent(self, field: Field) -> exp.Expr:
        from sqlglot import exp

        source = self.mapping.fields.get(field.name)
        return self.is_absent(source) if source else exp.true()

    def is_unfit(self, field: Field) -> exp.Expr:
        from sqlglot import exp

        null = exp.column(field.name).is_(exp.null())
        return exp.and_(null, exp.not_(self.is_field_absent(field)))

    def field_in_line(self, field: Field) -> exp.Expr:
        """What a line has in a field, as text, for people; its parts, where it is put together."""
        from sqlglot import exp

        source = self.mapping.fields.get(field.name)
        read = [place for place in places(source) if place.each is None]
        if len(read) == 1:
            return self.in_line(read[0])
        texts = [call("coalesce", self.in_line(place), literal("(none)")) for place in read]
        joined = [part for text in texts for part in (literal(", "), text)][1:]
        return call("concat", *joined) if joined else exp.null()


def reads_item(source: Any) -> Iterator[bool]:
    """Whether what a field is filled with depends on the item, for each part of it."""
    if isinstance(source, Origin):
        yield source.what == "item"
    elif isinstance(source, Place):
        yield source.in_item
    else:
        for part in getattr(source, "parts", ()):
            yield from reads_item(part)
        yield from (place.in_item for place in places(source))


def reads_file(stream: EventStream, number: int) -> exp.Expr:
    """Whether a file is of the mapping with this number: its pattern is the first that matches."""
    from sqlglot import exp

    patterns = [pattern for pattern, _ in stream.mappings[: number + 1]]
    matches = [_matches(pattern) for pattern in patterns]
    return exp.paren(exp.and_(*map(exp.not_, matches[:-1]), matches[-1]))


def _matches(pattern: str) -> exp.Expr:
    from sqlglot import exp

    if pattern == EVERY_FILE:
        return exp.true()
    like = re.sub("([!%_])", r"!\1", pattern).replace("*", "%").replace("?", "_")
    below = call("substr", exp.column("source_filename"), literal(len("dt=2026-01-05/") + 1))
    return exp.Escape(this=exp.Like(this=below, expression=literal(like)), expression=literal("!"))


def by_mapping(
    stream: EventStream, engine: str, expression: Callable[[MappingSql], exp.Expr]
) -> exp.Expr:
    """An expression of the mapping of a row's file."""
    from sqlglot import exp

    found = [expression(MappingSql(mapping, engine)) for _, mapping in stream.mappings]
    if len(found) == 1:
        return found[0]
    return exp.paren(case([(reads_file(stream, n), one) for n, one in enumerate(found)]))


def _json_step(step: Step | None) -> exp.Expr:
    from sqlglot import exp

    if isinstance(step, int) or (
        isinstance(step, str) and not step.isascii()
    ):  # which sqlglot takes for plain
        return exp.JSONPathSubscript(this=step)
    return exp.JSONPathKey(this=step)


def _needs_quotes(key: str) -> bool:
    return key in TAKEN or not re.fullmatch("[a-z_][a-z0-9_]*", key)


def _key_of(start: exp.Expr, key: str) -> exp.Expr:
    from sqlglot import exp

    name = exp.to_identifier(key, quoted=_needs_quotes(key))
    if isinstance(start, exp.Column) and not start.table:
        return exp.Column(this=name, table=start.this)
    return exp.Dot(this=start, expression=name)


def _path_text(steps: Sequence[Step | None]) -> str:
    """A JSON path as DuckDB reads it; of the item's place `[]`."""
    found = "$"
    for step in steps:
        if isinstance(step, str):
            found += f'."{step}"'
        else:
            found += "[]" if step is None else f"[{step}]"
    return found


def _structure(node: Shape) -> Any:
    if "[]" in node:
        return [_structure(node["[]"])]
    inner = {key: _structure(value) for key, value in node.items() if key}
    return inner or "VARCHAR"


def source_is_one_of(names: Sequence[str]) -> exp.Expr:
    """Whether a row was read by one of these mappings."""
    from sqlglot import exp

    return exp.paren(_is_one_of(exp.column("source"), names) if names else exp.false())


def _is_one_of(text: exp.Expr, texts: Sequence[str]) -> exp.Expr:
    from sqlglot import exp

    return exp.In(this=text, expressions=[literal(one) for one in texts])


def _amount(text: str) -> exp.Expr:
    from sqlglot import exp

    return exp.cast(literal(Decimal(text)), AMOUNT)


def _factor(text: str) -> exp.Expr:
    from sqlglot import exp

    return exp.cast(literal(Decimal(text)), "decimal(9, 8)")


def _zero(*, null: bool = False) -> exp.Expr:
    from sqlglot import exp

    return exp.cast(exp.null() if null else literal(0), AMOUNT)
