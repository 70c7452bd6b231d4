"""What fills a stream's field, as SQL: places in a producer's line, texts and amounts made of them.

How a value of a type is read is said once for an engine, in `sql/<engine>/types.sql`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING

from ecom_assets.model.mapping import (
    Amount,
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
from ecom_assets.model.stream import TAKEN, FieldType
from ecom_assets.warehouse.expressions import call, case, literal
from ecom_assets.warehouse.scripts import projections

if TYPE_CHECKING:
    from sqlglot import exp

WHITE_SPACE = " \t\n\r\x0b\x0c"
"""What a line of nothing else is no row: ASCII's white space, as in `landing/lines.py`."""

MICROS = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}

AMOUNT = "decimal(19, 8)"
FACTOR = "decimal(9, 8)"


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
class SourceSql:
    """What of a mapping stands in an engine's SQL, over a row of `events.sql`: `raw`, `event`, and
    where there are items, `item` and `source_item_number`."""

    mapping: EventMapping
    engine: str

    # Places

    def value(self, place: Place) -> exp.Expr:
        """What is there, as the engine has it; null where nothing is."""
        from sqlglot import exp

        line = "raw" if self.engine == "snowflake" else "event"
        return self._way(exp.column("item" if place.in_item else line), place.steps)

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
                start = call("get", self.items(), index)
            return self._template("in_line", value=self._way(start, place.steps))
        if any(isinstance(step, Picked) for step in place.steps):
            return self._template("picked_in_line", **self._where(place))
        return self._template("in_line", path=self._path(place))

    def items(self) -> exp.Expr:
        """The list that has a sale an element."""
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
                return amount_of(source.text)
            case First():
                there = [(exp.not_(self.is_absent(p)), self.amount(p)) for p in source.parts]
                return exp.paren(case(there))
            case Scaled():
                text, factor = self.text(source.place, "number"), amount_of(source.factor, FACTOR)
                amount = self._template("number_as_wide", text=text)
                if source.by is not None:
                    by = exp.cast(self.value(source.by), "varchar")
                    factors = [
                        (is_one_of(by.copy(), texts), amount_of(other, FACTOR))
                        for other, texts in source.factors
                    ]
                    factor = exp.paren(case(factors).else_(factor))
                return self._bounded(exp.Mul(this=amount, expression=factor))
            case Amount():
                parts = [self.amount(part) for part in source.parts]
                if source.kind == "product":
                    found = reduce(lambda a, b: self._bounded(exp.Mul(this=a, expression=b)), parts)
                else:
                    parts = parts or [amount_of("0")]
                    found = reduce(lambda a, b: exp.Add(this=a, expression=b), parts)
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


def _json_step(step: Step | None) -> exp.Expr:
    from sqlglot import exp

    # sqlglot takes a key of other letters for one that needs no quotes
    if isinstance(step, int) or (isinstance(step, str) and not step.isascii()):
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


def is_one_of(text: exp.Expr, texts: Sequence[str]) -> exp.Expr:
    from sqlglot import exp

    return exp.In(this=text, expressions=[literal(one) for one in texts])


def amount_of(number: str | None, kind: str = AMOUNT) -> exp.Expr:
    """A number, or none, as an amount; a factor is narrower, or a product had too many digits."""
    from sqlglot import exp

    return exp.cast(exp.null() if number is None else literal(Decimal(number)), kind)
