"""The fields of a stream as SQL: how they are read from a line, and what is asked of them.

How a type is read is said once for an engine, in `sql/<engine>/types.sql`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ecom_assets.model.stream import EventStream, Field
from ecom_assets.warehouse.expressions import call, case, in_raw, literal
from ecom_assets.warehouse.scripts import projections

if TYPE_CHECKING:
    from sqlglot import exp

WHITE_SPACE = " \t\n\r\x0b\x0c"
"""What a line of nothing else is no row: ASCII's white space, as in `landing/lines.py`."""


def local_event_date(stream: EventStream) -> exp.Expr:
    """The date of `event_ts`, which is in UTC, in the shop's time zone."""
    from sqlglot import exp

    moment: exp.Expr = exp.column("event_ts")
    zone = stream.reading.time_zone
    if zone != "UTC":
        moment = call("convert_timezone", literal("UTC"), literal(zone), moment)
    return exp.cast(moment, "date")


def typed(fields: Iterable[Field], engine: str, what: str, suffix: str) -> list[exp.Expr]:
    from sqlglot import exp

    return [exp.alias_(of_field(engine, field, what), field.name + suffix) for field in fields]


def is_unfit(engine: str, field: Field) -> exp.Expr:
    from sqlglot import exp

    null = exp.column(field.name).is_(exp.null())
    return exp.and_(null, exp.not_(of_field(engine, field, "is_absent")))


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


def signs_of_clean(stream: EventStream, engine: str) -> list[exp.Expr]:
    """`<field>_sign` of every number in the clean table `c`. Of a zero its line `z` says it, if it
    rounds to zero; null where that line is no longer current."""
    from sqlglot import exp

    signs = []
    for field in stream.numbers:
        value = _bound(engine, field, "in_line", {})
        text = _bound(engine, field, "as_text", {"value": value})
        number = _bound(engine, field, "as_value", {"text": text})
        zero = exp.Literal.number(0)
        sign = _bound(engine, field, "as_sign", {"text": text, "number": zero})
        has_line = exp.column("source_row_number", table="z").is_(exp.null()).not_()
        in_line = exp.case().when(number.eq(0), sign).when(has_line, zero)
        clean = exp.column(field.name, table="c")
        known = exp.case().when(clean.neq(0), call("sign", clean.copy()))
        signs.append(exp.alias_(known.when(clean.eq(0), in_line), f"{field.name}_sign"))
    return signs


def has_zero(stream: EventStream) -> exp.Expr:
    """Whether one of the numbers in the clean table, as `c`, is zero."""
    from sqlglot import exp

    zero = exp.Literal.number(0)
    return exp.or_(*(exp.column(field.name, table="c").eq(zero) for field in stream.numbers))


def of_field(engine: str, field: Field, what: str) -> exp.Expr:
    from sqlglot import exp

    values = {
        "value": _bound(engine, field, "in_event", {}),
        "text": exp.column(f"{field.name}_text"),
        "number": exp.column(field.name),
    }
    return _bound(engine, field, what, values)


def _bound(engine: str, field: Field, what: str, values: Mapping[str, exp.Expr]) -> exp.Expr:
    from sqlglot import exp

    constants = {
        "name": literal(field.name),
        "path": literal(f'$."{field.name}"'),
        "white_space": literal(WHITE_SPACE),
    }
    templates = projections("types", engine)
    template = templates.get(f"{field.type}_{what}", templates.get(what))
    assert template is not None, f"sql/{engine}/types.sql lacks {field.type}_{what}"
    named = template.copy()
    for part in named.find_all(exp.Identifier, exp.JSONPathKey):
        if part.this == "field_name":
            part.set("this", field.name)
    found = exp.replace_placeholders(named, **constants, **values)
    return exp.paren(found) if values else found


def value_of_field(stream: EventStream) -> exp.Expr:
    """The value, as text, that a line `raw` has in the field that a column `field` names."""
    from sqlglot import exp

    values = [(literal(field.name), in_raw(field.name)) for field in stream.fields]
    return case(values, of=exp.column("field"))


def keys_of_line(engine: str) -> exp.Expr:
    """The keys of a line of RAW, as `r`."""
    from sqlglot import exp

    keys = projections("types", engine)["keys_of_line"].copy()
    return exp.replace_placeholders(keys, value=exp.column("raw", table="r"))
