"""A mapping as SQL: what a row of `sql/staging/typed_lines.sql` has, and which file is whose."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ecom_assets.model.mapping import (
    CORRECTS,
    Condition,
    First,
    LocalTime,
    Place,
    Shape,
    places,
    plain_mapping,
    reads_item,
    shape,
)
from ecom_assets.model.reading import EVERY_FILE
from ecom_assets.model.stream import EventStream, Field
from ecom_assets.warehouse.expressions import call, case, literal
from ecom_assets.warehouse.source_sql import SourceSql, amount_of, is_one_of

if TYPE_CHECKING:
    from sqlglot import exp


class MappingSql(SourceSql):
    """What of a mapping stands in the scripts that read lines."""

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
        is_one = is_one_of(text, condition.texts)
        holds = is_one if condition.kind == "is" else exp.not_(is_one)
        return call("coalesce", holds, exp.convert(condition.kind == "is_not"))

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
        return self.mapping.rows is not None and not reads_item(source)

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
        return self.amount(total.stated) if total else amount_of(None)

    def _order_further(self) -> exp.Expr:
        """What its sales have beside it."""
        total = self.mapping.total
        return self.amount(total.further) if total else amount_of(None)

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


def corrects(engine: str, what: str) -> exp.Expr:
    """What a line says of the line that it corrects: its `file`, or its number, `line`; as text."""
    return MappingSql(plain_mapping([]), engine).in_line(Place((CORRECTS, what)))


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


def _structure(node: Shape) -> Any:
    if "[]" in node:
        return [_structure(node["[]"])]
    inner = {key: _structure(value) for key, value in node.items() if key}
    return inner or "VARCHAR"


def source_is_one_of(names: Sequence[str]) -> exp.Expr:
    """Whether a row was read by one of these mappings."""
    from sqlglot import exp

    return exp.paren(is_one_of(exp.column("source"), names) if names else exp.false())
