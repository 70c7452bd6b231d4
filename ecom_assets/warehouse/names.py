"""What a `:name` in a SQL file stands for wherever it stands: what follows from the stream.

    select :event_columns from staging.stg_sales_clean where not :breaks_a_rule

So a field, a rule or a breakdown is one entry in `model/sales.py` and none in any SQL file. Values
of a single run, such as `:first_day`, are handed to `Session.run`.

Longer than most modules: it is the one list of these names, with what each is made of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from ecom_assets.model.stream import BLANK, EventStream, Field, Rule
from ecom_assets.model.tables import REPEATS_TABLE, event_columns, tables, temporary_tables
from ecom_assets.warehouse.expressions import call, literal, table
from ecom_assets.warehouse.scripts import SHARED_DIALECT, projections, query

if TYPE_CHECKING:
    from sqlglot import exp

WHITE_SPACE = " \t\n\r\x0b\x0c"
"""What a line of nothing else is no row: ASCII's white space, as in `landing/lines.py`."""

Meaning = Callable[[EventStream, str], "exp.Expr | list[exp.Expr]"]
"""Of a name: an expression, or several that stand in its place, for a stream and an engine."""


# ---- fields: how a line is typed, each type by sql/<engine>/types.sql


def _typed(fields: Iterable[Field], engine: str, what: str, suffix: str) -> list[exp.Expr]:
    from sqlglot import exp

    return [exp.alias_(_of(engine, field, what), field.name + suffix) for field in fields]


def _is_unfit(engine: str, field: Field) -> exp.Expr:
    from sqlglot import exp

    null = exp.column(field.name).is_(exp.null())
    return exp.and_(null, exp.not_(_of(engine, field, "is_absent")))


def _listed(fields: Iterable[Field], is_so: Callable[[Field], exp.Expr]) -> exp.Expr:
    """The names of the fields of which something is so, as `;a;b;`; null where of none, which is
    found out before any text is made."""
    from sqlglot import exp

    names = [call("iff", is_so(field), literal(f";{field.name}"), literal("")) for field in fields]
    listed = call("concat", *names, literal(";"))
    return exp.paren(exp.case().when(exp.or_(*map(is_so, fields)), listed))


def _all_fields_present(stream: EventStream, engine: str) -> exp.Expr:
    """True where a line, taken apart as `event`, has a value in every field."""
    from sqlglot import exp

    return exp.and_(
        *(exp.column(f.name, table="event").is_(exp.null()).not_() for f in stream.fields)
    )


def _signs_of_clean(stream: EventStream, engine: str) -> list[exp.Expr]:
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


def _has_zero(stream: EventStream, engine: str) -> exp.Expr:
    """Whether one of the numbers in the clean table, as `c`, is zero."""
    from sqlglot import exp

    zero = exp.Literal.number(0)
    return exp.or_(*(exp.column(field.name, table="c").eq(zero) for field in stream.numbers))


def _of(engine: str, field: Field, what: str) -> exp.Expr:
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


def _value_of_field(stream: EventStream, engine: str) -> exp.Expr:
    """The value, as text, that a line `raw` has in the field that a column `field` names."""
    from sqlglot import exp

    case = exp.Case(this=exp.column("field"))
    for field in stream.fields:
        path = call("json_extract_path_text", exp.column("raw"), literal(field.name))
        case = case.when(literal(field.name), path)
    return case


def _keys_of_line(stream: EventStream, engine: str) -> exp.Expr:
    """The keys of a line of RAW, as `r`."""
    from sqlglot import exp

    keys = projections("types", engine)["keys_of_line"].copy()
    return exp.replace_placeholders(keys, value=exp.column("raw", table="r"))


# ---- rules


def broken(rule: Rule) -> exp.Expr:
    """True where a row breaks the rule, else false, never null. Only a JSON object can break any
    rule but the first: of a line that cannot be read there is nothing more to say."""
    import sqlglot
    from sqlglot import exp

    predicate = sqlglot.parse_one(rule.broken, read=SHARED_DIALECT)
    predicate = exp.replace_placeholders(predicate, blank=literal(BLANK))
    if rule.scope != "line":
        predicate = exp.and_(exp.column("is_object"), predicate)
    return call("coalesce", exp.paren(predicate), exp.false())


def _any_broken(rules: Iterable[Rule]) -> exp.Expr:
    from sqlglot import exp

    return exp.paren(exp.or_(*map(broken, rules)))


def _first_reason(stream: EventStream, engine: str) -> exp.Expr:
    from sqlglot import exp

    case = exp.Case()
    for rule in stream.rules:
        case = case.when(broken(rule), literal(rule.reason))
    return case


def _all_reasons(stream: EventStream, engine: str) -> exp.Expr:
    """The reasons of all rules that a row breaks, in their order, separated by `; `."""
    from sqlglot import exp

    parts = [
        call("iff", broken(rule), literal(f"; {rule.reason}"), literal("")) for rule in stream.rules
    ]
    return call("substr", call("concat", *parts), exp.Literal.number(3))


def _rule_tests(stream: EventStream, engine: str) -> list[exp.Expr]:
    """For each rule two columns: how many rows break it, in a column of the rule's name, and where
    the first of them stands and what its value is, in `<rule>_sample`."""
    from sqlglot import exp

    tests: list[exp.Expr] = []
    for rule in stream.rules:
        tests.append(exp.alias_(call("count_if", broken(rule)), rule.name))
        value = exp.cast(exp.column(rule.field), "varchar") if rule.field else exp.null()
        sample = call(
            "concat",
            exp.column("source_filename"),
            literal(" line "),
            exp.cast(exp.column("source_row_number"), "varchar"),
            literal(": "),
            call("coalesce", value, literal("(none)")),
        )
        first = call("min", call("iff", broken(rule), sample, exp.null()))
        tests.append(exp.alias_(first, f"{rule.name}_sample"))
    return tests


def _offending_value(stream: EventStream, engine: str) -> exp.Expr:
    """Of a rejected row, the value that its first broken rule is about, as text."""
    from sqlglot import exp

    whole_line = call("coalesce", exp.column("raw_text"), exp.cast(exp.column("raw"), "varchar"))
    case = exp.Case(this=exp.column("reason"))
    for rule in stream.rules:
        if rule.field is not None:
            path = call("json_extract_path_text", exp.column("raw"), literal(rule.field))
            case = case.when(literal(rule.reason), path)
    return case.else_(whole_line)


# ---- breakdowns


def _breakdown(stream: EventStream, engine: str) -> exp.Expr:
    """Which breakdown a row of grouping sets is of."""
    from sqlglot import exp

    case = exp.Case()
    for name in stream.breakdowns:
        grouping = exp.Anonymous(this="grouping", expressions=[exp.column(name)])
        case = case.when(grouping.eq(exp.Literal.number(0)), literal(name))
    return case


def _breakdown_sets(stream: EventStream, engine: str) -> list[exp.Expr]:
    from sqlglot import exp

    names = [("event_date", "currency", name) for name in stream.breakdowns]
    return [exp.Tuple(expressions=_columns(one)) for one in names]


def _columns(names: Iterable[str], owner: str = "") -> list[exp.Expr]:
    from sqlglot import exp

    return [exp.column(name, table=owner or None) for name in names]


LISTS: Mapping[str, Callable[[EventStream], Sequence[str]]] = {
    "event_columns": lambda stream: [column.name for column in event_columns()],
    "repeat_columns": lambda stream: [column.name for column in tables()[REPEATS_TABLE]],
    "parsed_columns": lambda stream: [c.name for c in temporary_tables()["PARSED_SALES"]],
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
    "all_fields_present": _all_fields_present,
    "field_count": lambda stream, engine: literal(len(stream.fields)),
    "field_texts": lambda stream, engine: _typed(stream.fields, engine, "as_text", "_text"),
    "field_values": lambda stream, engine: _typed(stream.fields, engine, "as_value", ""),
    "field_signs": lambda stream, engine: _typed(stream.numbers, engine, "as_sign", "_sign"),
    "absent_fields": lambda stream, engine: _listed(
        stream.fields, lambda field: _of(engine, field, "is_absent")
    ),
    "unfit_fields": lambda stream, engine: _listed(stream.fields, partial(_is_unfit, engine)),
    "rounded_fields": lambda stream, engine: _listed(
        stream.numbers, lambda field: _of(engine, field, "is_rounded")
    ),
    "fields": lambda stream, engine: table(["field"], [[f.name] for f in stream.fields]),
    "has_zero": _has_zero,
    "signs_of_clean": _signs_of_clean,
    "breaks_a_rule": lambda stream, engine: _any_broken(stream.rules),
    "breaks_row_rule": lambda stream, engine: _any_broken(
        rule for rule in stream.rules if rule.scope != "day"
    ),
    "first_reason": _first_reason,
    "all_reasons": _all_reasons,
    "rule_tests": _rule_tests,
    "rules": lambda stream, engine: table(
        ["rule", "reason"], [[rule.name, rule.reason] for rule in stream.rules]
    ),
    "rules_version": lambda stream, engine: literal(stream.version),
    "offending_value": _offending_value,
    "breakdown": _breakdown,
    "breakdown_sets": _breakdown_sets,
    "breakdown_count": lambda stream, engine: literal(len(stream.breakdowns)),
    "keys_of_line": _keys_of_line,
    "value_of_field": _value_of_field,
    "white_space": lambda stream, engine: literal(WHITE_SPACE),
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
