"""What a `:name` in a SQL file stands for wherever it stands: what follows from the stream.

    select :event_columns from staging.stg_sales_clean where not :breaks_a_rule

So a field, a rule or a breakdown is one entry in `model/sales.py` and none in any SQL file. Values
of a single run, such as `:first_day`, are handed to `Session.run`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ecom_assets.model.changes import FIRST_CAUSES
from ecom_assets.model.stream import EventStream
from ecom_assets.model.tables import (
    CHANGES_TABLE,
    DECISIONS_TABLE,
    QUALITY_TABLE,
    REPEATS_TABLE,
    compared_columns,
    event_columns,
    tables,
    temporary_tables,
)
from ecom_assets.warehouse import field_sql as fields
from ecom_assets.warehouse import rule_sql as rules
from ecom_assets.warehouse.expressions import case, literal, place_of_row, table
from ecom_assets.warehouse.mapping_sql import (
    MappingSql,
    by_mapping,
    corrects,
    reads_file,
    source_is_one_of,
)
from ecom_assets.warehouse.scripts import SHARED_DIALECT, query
from ecom_assets.warehouse.source_sql import WHITE_SPACE

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


def _customer_hash(stream: EventStream) -> exp.Expr:
    """A row's customer as the list of those who were forgotten has them."""
    from sqlglot import parse_one

    return parse_one(f"sha2(concat(:salt, {stream.customer}), 256)", read=SHARED_DIALECT)


def _columns(names: Iterable[str], owner: str = "") -> list[exp.Expr]:
    from sqlglot import exp

    return [exp.column(name, table=owner or None) for name in names]


LISTS: Mapping[str, Callable[[EventStream], Sequence[str]]] = {
    "event_columns": lambda stream: [column.name for column in event_columns(stream)],
    "compared_columns": lambda stream: [column.name for column in compared_columns(stream)],
    "repeat_columns": lambda stream: [column.name for column in tables(stream)[REPEATS_TABLE]],
    "parsed_columns": lambda stream: [c.name for c in temporary_tables(stream)["PARSED_SALES"]],
    "breakdown_columns": lambda stream: stream.breakdowns,
    "quality_columns": lambda stream: [c.name for c in tables(stream)[QUALITY_TABLE]],
    "change_columns": lambda stream: [c.name for c in tables(stream)[CHANGES_TABLE]],
    "decision_columns": lambda stream: [c.name for c in tables(stream)[DECISIONS_TABLE]],
    "field_names": lambda stream: [field.name for field in stream.fields],
    "personal_columns": lambda stream: [field.name for field in stream.personal],
}
"""Names of columns. They may stand behind a table's name: `c.:event_columns`."""

MEANINGS: Mapping[str, Meaning] = {
    "all_fields": lambda stream, engine: literal(
        "".join(f";{field.name}" for field in stream.fields) + ";"
    ),
    "hash_of_customer": lambda stream, engine: _customer_hash(stream),
    "fields": lambda stream, engine: table(["field"], [[f.name] for f in stream.fields]),
    "local_event_date": lambda stream, engine: fields.local_event_date(stream),
    "time_zone": lambda stream, engine: literal(stream.reading.time_zone),
    "has_zero": lambda stream, engine: fields.has_zero(stream),
    "signs_of_clean": lambda stream, engine: fields.signs_of_clean(stream),
    "breaks_a_rule": lambda stream, engine: rules.any_broken(stream.rejecting),
    "breaks_row_rule": lambda stream, engine: rules.any_broken(
        rule for rule in stream.rejecting if rule.scope != "day"
    ),
    "first_reason": lambda stream, engine: rules.first_reason(stream),
    "all_reasons": lambda stream, engine: rules.all_reasons(stream),
    "rule_tests": lambda stream, engine: rules.rule_tests(stream),
    "rules": lambda stream, engine: table(
        ["rule", "reason", "severity", "limit_rate"],
        [[rule.name, rule.reason, rule.severity, rule.limit] for rule in stream.rules],
    ),
    "signs_as_kept": lambda stream, engine: fields.signs_as_kept(stream),
    "warned_counts": lambda stream, engine: rules.warned_counts(stream),
    "warned_rows": lambda stream, engine: rules.warned_rows(stream),
    "has_required_fields": lambda stream, engine: fields.has_required_fields(stream),
    "day_reasons": lambda stream, engine: rules.day_reasons(stream),
    "first_causes": lambda stream, engine: [*map(literal, FIRST_CAUSES)],
    "uncounted_reasons": lambda stream, engine: rules.uncounted_reasons(stream),
    "rules_version": lambda stream, engine: literal(stream.version),
    "offending_value": rules.offending_value,
    "breakdown": lambda stream, engine: _breakdown(stream),
    "breakdown_sets": lambda stream, engine: _breakdown_sets(stream),
    "breakdown_count": lambda stream, engine: literal(len(stream.breakdowns)),
    "keys_of_line": lambda stream, engine: fields.keys_of_line(engine),
    "value_of_field": fields.value_of_field,
    "place_of_row": lambda stream, engine: place_of_row(),
    "event_id_in_line": lambda stream, engine: by_mapping(
        stream, engine, lambda m: m.field_in_line(stream.fields[0])
    ),
    "corrected_file": lambda stream, engine: corrects(engine, "file"),
    "corrected_line": lambda stream, engine: corrects(engine, "line"),
    "has_items_in_line": lambda stream, engine: by_mapping(
        stream, engine, MappingSql.has_items_in_line
    ),
    "version_key": lambda stream, engine: by_mapping(stream, engine, MappingSql.version_key),
    "is_versioned": lambda stream, engine: source_is_one_of(
        [mapping.name for _, mapping in stream.mappings if mapping.version]
    ),
    "has_total": lambda stream, engine: source_is_one_of(
        [mapping.name for _, mapping in stream.mappings if mapping.total]
    ),
    "order_tolerance": lambda stream, engine: by_mapping(
        stream, engine, MappingSql.order_tolerance
    ),
    "typed_lines": lambda stream, engine: _typed_lines(stream, engine),
    "white_space": lambda stream, engine: literal(WHITE_SPACE),
    "carriage_return": lambda stream, engine: literal("\r"),
}
"""All other names that mean something in any script."""

OF_MAPPING: Mapping[str, Callable[[EventStream, MappingSql], exp.Expr | list[exp.Expr]]] = {
    "structure": lambda stream, of: of.structure(),
    "field_count": lambda stream, of: literal(len(stream.fields)),
    "all_fields_present": lambda stream, of: (
        fields.all_fields_present(stream) if of.mapping.is_plain else literal(False)
    ),
    "is_sale": lambda stream, of: of.is_sale(),
    "items": lambda stream, of: of.items(),
    "source": lambda stream, of: literal(of.mapping.name),
    "line_values": lambda stream, of: of.line_values(stream.fields),
    "field_texts": lambda stream, of: of.field_texts(stream.fields),
    "field_values": lambda stream, of: [*map(of.field_value, stream.fields)],
    "field_signs": lambda stream, of: [*map(of.field_sign, stream.numbers)],
    "absent_fields": lambda stream, of: fields.listed(stream.fields, of.is_field_absent),
    "unfit_fields": lambda stream, of: fields.listed(stream.fields, of.is_unfit),
    "rounded_fields": lambda stream, of: fields.listed(stream.numbers, of.is_rounded),
}
"""What depends on the mapping of a file; in the queries of `:typed_lines` alone."""

QUERIES: Mapping[str, str] = {
    "lines": "raw/current_lines",
    "current_lines": "raw/current_lines",
    "events": "events",
    "judged": "staging/judged",
    "late_reach": "staging/late_reach",
    "clean_orders": "staging/clean_orders",
    "corrected_lines": "staging/corrected_lines",
    "erased_customers": "erasure/customers",
    "own_files": "raw/own_files",
    "published": "analytics/published",
}
"""Scripts whose query stands in others; its own names are bound there."""


def _typed_lines(stream: EventStream, engine: str) -> exp.Expr:
    """The sales in all lines: one query a mapping, whose names have its number behind a `#`."""
    from sqlglot import exp

    found = []
    for number in range(len(stream.mappings)):
        found.append(_numbered(query("staging/typed_lines", engine), str(number)))
    if len(found) == 1:
        return found[0]
    # in brackets, without which DuckDB takes no WITH behind UNION ALL
    return exp.union(*(exp.Subquery(this=one) for one in found), distinct=False)


def _numbered(found: exp.Expr, number: str) -> exp.Expr:
    from sqlglot import exp

    numbered = found.copy()
    for placeholder in numbered.find_all(exp.Placeholder):
        placeholder.set("this", f"{placeholder.name}#{number}")
    return numbered


@lru_cache(maxsize=512)
def meaning(
    name: str, stream: EventStream, engine: str, owner: str = "", number: str = ""
) -> exp.Expr | list[exp.Expr]:
    """What a name, behind the `:`, stands for; not to be changed. A list of columns may have an
    `owner`, the table before it; what depends on a mapping has the `number` of that.

    Raises:
        KeyError: it stands for nothing.
    """
    if name in LISTS:
        return _columns(LISTS[name](stream), owner)
    if name in MEANINGS:
        return MEANINGS[name](stream, engine)
    if name in QUERIES:
        found = query(QUERIES[name], engine)
        return _numbered(found, number) if number else found
    if name == "reads_file":
        return reads_file(stream, int(number or 0))
    _, mapping = stream.mappings[int(number or 0)]
    if name == "sales":
        script = "items_of_lines" if mapping.rows else "staging/whole_lines"
        return _numbered(query(script, engine), number or "0")
    return OF_MAPPING[name](stream, MappingSql(mapping, engine))
