"""What a `:name` in a SQL file stands for wherever it stands: what follows from the stream.

    select :event_columns from staging.stg_sales_clean where not :breaks_a_rule

So a field, a rule or a breakdown is one entry in `model/sales.py` and none in any SQL file. Values
of a single run, such as `:first_day`, are handed to `Session.run`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from ecom_assets.model.stream import EventStream
from ecom_assets.model.tables import REPEATS_TABLE, event_columns, tables, temporary_tables
from ecom_assets.warehouse import field_sql as fields
from ecom_assets.warehouse import rule_sql as rules
from ecom_assets.warehouse.expressions import case, literal, table
from ecom_assets.warehouse.scripts import query

if TYPE_CHECKING:
    from sqlglot import exp

Meaning = Callable[[EventStream, str], "exp.Expr | list[exp.Expr]"]
"""Of a name: an expression, or several that stand in its place, for a stream and an engine."""


def _breakdown(stream: EventStream) -> exp.Expr:
    """Which breakdown a row of grouping sets is of."""
    from sqlglot import exp

    groupings = {
        name: exp.Anonymous(this="grouping", expressions=[exp.column(name)])
        for name in stream.breakdowns
    }
    return case([(found.eq(0), literal(name)) for name, found in groupings.items()])


def _breakdown_sets(stream: EventStream) -> list[exp.Expr]:
    from sqlglot import exp

    names = [("event_date", "currency", name) for name in stream.breakdowns]
    return [exp.Tuple(expressions=_columns(one)) for one in names]


def _columns(names: Iterable[str], owner: str = "") -> list[exp.Expr]:
    from sqlglot import exp

    return [exp.column(name, table=owner or None) for name in names]


LISTS: Mapping[str, Callable[[EventStream], Sequence[str]]] = {
    "event_columns": lambda stream: [column.name for column in event_columns(stream)],
    "repeat_columns": lambda stream: [column.name for column in tables(stream)[REPEATS_TABLE]],
    "parsed_columns": lambda stream: [c.name for c in temporary_tables(stream)["PARSED_SALES"]],
    "breakdown_columns": lambda stream: stream.breakdowns,
}
"""Names of columns. They may stand behind a table's name: `c.:event_columns`."""

MEANINGS: Mapping[str, Meaning] = {
    "all_fields": lambda stream, engine: literal(
        "".join(f";{field.name}" for field in stream.fields) + ";"
    ),
    # the structure for DuckDB's FROM_JSON
    "all_fields_as_text": lambda stream, engine: literal(
        json.dumps({field.name: "VARCHAR" for field in stream.fields})
    ),
    "all_fields_present": lambda stream, engine: fields.all_fields_present(stream),
    "field_count": lambda stream, engine: literal(len(stream.fields)),
    "field_texts": lambda stream, engine: fields.typed(stream.fields, engine, "as_text", "_text"),
    "field_values": lambda stream, engine: fields.typed(stream.fields, engine, "as_value", ""),
    "field_signs": lambda stream, engine: fields.typed(stream.numbers, engine, "as_sign", "_sign"),
    "absent_fields": lambda stream, engine: fields.listed(
        stream.fields, lambda field: fields.of_field(engine, field, "is_absent")
    ),
    "unfit_fields": lambda stream, engine: fields.listed(
        stream.fields, partial(fields.is_unfit, engine)
    ),
    "rounded_fields": lambda stream, engine: fields.listed(
        stream.numbers, lambda field: fields.of_field(engine, field, "is_rounded")
    ),
    "fields": lambda stream, engine: table(["field"], [[f.name] for f in stream.fields]),
    "local_event_date": lambda stream, engine: fields.local_event_date(stream),
    "time_zone": lambda stream, engine: literal(stream.reading.time_zone),
    "has_zero": lambda stream, engine: fields.has_zero(stream),
    "signs_of_clean": fields.signs_of_clean,
    "breaks_a_rule": lambda stream, engine: rules.any_broken(stream.rules),
    "breaks_row_rule": lambda stream, engine: rules.any_broken(
        rule for rule in stream.rules if rule.scope != "day"
    ),
    "first_reason": lambda stream, engine: rules.first_reason(stream),
    "all_reasons": lambda stream, engine: rules.all_reasons(stream),
    "rule_tests": lambda stream, engine: rules.rule_tests(stream),
    "rules": lambda stream, engine: table(
        ["rule", "reason"], [[rule.name, rule.reason] for rule in stream.rules]
    ),
    "rules_version": lambda stream, engine: literal(stream.version),
    "offending_value": lambda stream, engine: rules.offending_value(stream),
    "breakdown": lambda stream, engine: _breakdown(stream),
    "breakdown_sets": lambda stream, engine: _breakdown_sets(stream),
    "breakdown_count": lambda stream, engine: literal(len(stream.breakdowns)),
    "keys_of_line": lambda stream, engine: fields.keys_of_line(engine),
    "value_of_field": lambda stream, engine: fields.value_of_field(stream),
    "white_space": lambda stream, engine: literal(fields.WHITE_SPACE),
    "carriage_return": lambda stream, engine: literal("\r"),
}
"""All other names that mean something in any script."""

QUERIES: Mapping[str, str] = {
    "lines": "raw/current_lines",
    "typed_lines": "typed_lines",
    "judged": "staging/judged",
    "published": "analytics/published",
}
"""Scripts whose query stands in others; its own names are bound there."""


@lru_cache(maxsize=512)
def meaning(
    name: str, stream: EventStream, engine: str, owner: str = ""
) -> exp.Expr | list[exp.Expr]:
    """What a name, behind the `:`, stands for; not to be changed. A list of columns may have an
    `owner`, the table before it.

    Raises:
        KeyError: it stands for nothing.
    """
    if name in LISTS:
        return _columns(LISTS[name](stream), owner)
    if name in QUERIES:
        return query(QUERIES[name], engine)
    return MEANINGS[name](stream, engine)
