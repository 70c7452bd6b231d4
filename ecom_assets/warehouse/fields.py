"""The event's fields as an engine reads them from a line, made of `sql/<engine>/types.sql`.

There each type says once how its text and its value are read; here that is said for each field.
What is returned is a function of the engine, which `warehouse/sql.py` calls with its name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ecom_assets.model.events import FIELDS, Field
from ecom_assets.warehouse.sql import projections

if TYPE_CHECKING:
    from sqlglot import exp

NUMBERS = [field for field in FIELDS if field.type == "number"]


def field_texts(engine: str) -> list[exp.Expr]:
    """`<field>_text` of every field: what is read of it before it is typed."""
    return [_of(engine, field, "as_text", f"{field.name}_text") for field in FIELDS]


def field_values(engine: str) -> list[exp.Expr]:
    """Every field in its type, made of its text."""
    return [_of(engine, field, "as_value", field.name) for field in FIELDS]


def signs_from_texts(engine: str) -> list[exp.Expr]:
    """`<field>_sign` of every number: -1, 0 or 1, of the number as it was written."""
    return [_of(engine, field, "as_sign", f"{field.name}_sign") for field in NUMBERS]


def is_rounded(engine: str) -> exp.Expr:
    """Whether one of the numbers has more decimals than are kept."""
    from sqlglot import exp

    return exp.or_(*(_of(engine, field, "is_rounded") for field in NUMBERS))


def signs_from_line(engine: str) -> list[exp.Expr]:
    """`<field>_sign` of every number that is rounded to zero, read from a line `raw` that has none
    of the above yet; 0 of any other."""
    from sqlglot import exp

    signs = []
    for field in NUMBERS:
        value = _value_in_line(engine, field)
        text = _bound(engine, field, "as_text", {"value": value})
        number = _bound(engine, field, "as_value", {"text": text})
        sign = _bound(engine, field, "as_sign", {"text": text, "number": number})
        zero = exp.Literal.number(0)
        rounded = exp.case().when(number.copy().eq(zero), sign).else_(zero.copy())
        signs.append(exp.alias_(rounded, f"{field.name}_sign"))
    return signs


def signs_of_clean(engine: str) -> list[exp.Expr]:
    """`<field>_sign` of every number in the clean table `c`; of a zero that of its line, `z`, and
    null where that line is no longer current."""
    import sqlglot

    return [
        sqlglot.parse_one(
            f"case when c.{field.name} <> 0 then sign(c.{field.name}) "
            f"when c.{field.name} = 0 then z.{field.name}_sign end "
            f"as {field.name}_sign",
            read="snowflake",
        )
        for field in NUMBERS
    ]


def has_zero() -> exp.Expr:
    """Whether one of the numbers in the clean table, as `c`, is zero."""
    from sqlglot import exp

    zero = exp.Literal.number(0)
    return exp.or_(*(exp.column(field.name, table="c").eq(zero) for field in NUMBERS))


def all_fields_as_text() -> str:
    """The structure for DuckDB's FROM_JSON: every field as a text."""
    return json.dumps({field.name: "VARCHAR" for field in FIELDS})


def all_fields_present() -> exp.Expr:
    """True where a line, taken apart as `event`, has a value in every field."""
    from sqlglot import exp

    return exp.and_(*(exp.column(f.name, table="event").is_(exp.null()).not_() for f in FIELDS))


def _of(engine: str, field: Field, what: str, alias: str | None = None) -> exp.Expr:
    from sqlglot import exp

    column = exp.column(field.name, table="event") if engine == "duckdb" else _path(field)
    values = {
        "value": column,
        "text": exp.column(f"{field.name}_text"),
        "number": exp.column(field.name),
    }
    found = _bound(engine, field, what, values)
    return exp.alias_(found, alias) if alias else found


def _bound(engine: str, field: Field, what: str, values: Mapping[str, exp.Expr]) -> exp.Expr:
    from sqlglot import exp

    from ecom_assets.warehouse.parsing import WHITE_SPACE

    constants: dict[str, Any] = {
        "name": exp.Literal.string(field.name),
        "path": exp.Literal.string(f'$."{field.name}"'),
        "white_space": exp.Literal.string(WHITE_SPACE),
    }
    template = _templates(engine)[f"{field.type}_{what}"]
    return exp.paren(exp.replace_placeholders(template.copy(), **constants, **values))


def _path(field: Field) -> exp.Expr:
    import sqlglot

    return sqlglot.parse_one(f"raw:{field.name}", read="snowflake")


def _value_in_line(engine: str, field: Field) -> exp.Expr:
    from sqlglot import exp

    if engine != "duckdb":
        return _path(field)
    return exp.func(
        "json_extract_string",
        exp.column("raw"),
        exp.Literal.string(f'$."{field.name}"'),
        dialect="duckdb",
    )


@lru_cache(maxsize=2)
def _templates(engine: str) -> Mapping[str, exp.Expr]:
    return projections(f"{engine}/types", engine)
