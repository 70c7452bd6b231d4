"""The fields of a stream as SQL: what is asked of them, whatever the mapping that read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ecom_assets.model.stream import EventStream, Field
from ecom_assets.warehouse.expressions import call, case, literal
from ecom_assets.warehouse.mapping_sql import MappingSql, by_mapping
from ecom_assets.warehouse.source_sql import template

if TYPE_CHECKING:
    from sqlglot import exp


def local_event_date(stream: EventStream) -> exp.Expr:
    """The date of `event_ts`, which is in UTC, in the shop's time zone."""
    from sqlglot import exp

    moment: exp.Expr = exp.column("event_ts")
    zone = stream.reading.time_zone
    if zone != "UTC":
        moment = call("convert_timezone", literal("UTC"), literal(zone), moment)
    return exp.cast(moment, "date")


def listed(fields: Iterable[Field], is_so: Callable[[Field], exp.Expr]) -> exp.Expr:
    """The names of the fields of which something is so, as `;a;b;`; null where of none, which is
    found out before any text is made."""
    from sqlglot import exp

    names = [call("iff", is_so(field), literal(f";{field.name}"), literal("")) for field in fields]
    listed = call("concat", *names, literal(";"))
    return exp.paren(exp.case().when(exp.or_(*map(is_so, fields)), listed))


def all_fields_present(stream: EventStream) -> exp.Expr:
    """True where a line, taken apart as `event`, has a value in every field."""
    from sqlglot import exp

    return exp.and_(
        *(exp.column(f.name, table="event").is_(exp.null()).not_() for f in stream.fields)
    )


def has_required_fields(stream: EventStream) -> exp.Expr:
    """True where a row has a value in every field that a sale needs; never null."""
    from sqlglot import exp

    return exp.and_(
        *(exp.column(f.name).is_(exp.null()).not_() for f in stream.fields if f.required)
    )


def signs_of_clean(stream: EventStream) -> list[exp.Expr]:
    """`<field>_sign` of every number in the clean table `c`. Of a zero its line, `z`, says it, if
    it was rounded to that; null where that line is no longer current."""
    from sqlglot import exp

    signs = []
    for field in stream.numbers:
        clean, in_line = (exp.column(field.name, table=table) for table in ("c", "z"))
        zero = exp.Literal.number(0)
        has_line = exp.column("source_row_number", table="z").is_(exp.null()).not_()
        of_zero = exp.case().when(in_line.eq(0), exp.column(f"{field.name}_sign", table="z"))
        found = exp.case().when(clean.neq(0), call("sign", clean.copy()))
        found = found.when(clean.copy().eq(0), of_zero.when(has_line, zero))
        signs.append(exp.alias_(found, f"{field.name}_sign"))
    return signs


def signs_as_kept(stream: EventStream) -> list[exp.Expr]:
    """`<field>_sign` of every number in the clean table `c`, as the table has it: 0 of one that was
    rounded to zero."""
    from sqlglot import exp

    return [
        exp.alias_(call("sign", exp.column(field.name, table="c")), f"{field.name}_sign")
        for field in stream.numbers
    ]


def has_zero(stream: EventStream) -> exp.Expr:
    """Whether one of the numbers in the clean table, as `c`, is zero."""
    from sqlglot import exp

    zero = exp.Literal.number(0)
    return exp.or_(*(exp.column(field.name, table="c").eq(zero) for field in stream.numbers))


def value_of_field(stream: EventStream, engine: str) -> exp.Expr:
    """The value, as text, that a line `raw` has in the field that a column `field` names."""
    from sqlglot import exp

    def of(mapping: MappingSql) -> exp.Expr:
        values = [(literal(field.name), mapping.field_in_line(field)) for field in stream.fields]
        return case(values, of=exp.column("field"))

    return by_mapping(stream, engine, of)


def keys_of_line(engine: str) -> exp.Expr:
    """The keys of a line of RAW, as `r`."""
    from sqlglot import exp

    return template(engine, "keys_of_line", value=exp.column("raw", table="r"))
