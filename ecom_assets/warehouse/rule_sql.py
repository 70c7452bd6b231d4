"""The quality rules of a stream as SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ecom_assets.model.codes import countries, currencies
from ecom_assets.model.stream import BLANK, EventStream, Rule
from ecom_assets.warehouse.expressions import call, case, literal, place_of_row
from ecom_assets.warehouse.mapping_sql import MappingSql, by_mapping
from ecom_assets.warehouse.scripts import SHARED_DIALECT

if TYPE_CHECKING:
    from sqlglot import exp

LISTS: Mapping[str, Callable[[], Sequence[str]]] = {
    "currencies": currencies,
    "countries": countries,
}
"""What the names in rules stand for that are lists of codes."""


def broken(rule: Rule) -> exp.Expr:
    """True where a row breaks the rule, else false, never null. Only an object that has its items
    can break a rule about fields: of any other line there is nothing more to say."""
    import sqlglot
    from sqlglot import exp

    predicate = sqlglot.parse_one(rule.broken, read=SHARED_DIALECT)
    predicate = exp.replace_placeholders(predicate, blank=literal(BLANK))
    for found in list(predicate.find_all(exp.In)):
        name = found.expressions[0].name if found.expressions else ""
        if name in LISTS:
            found.set("expressions", [*map(literal, LISTS[name]())])
    if rule.scope != "line":
        predicate = exp.and_(exp.column("is_object"), exp.column("has_items"), predicate)
    is_broken = call("coalesce", exp.paren(predicate), exp.false())
    if rule.scope == "row" and rule.severity == "reject":
        return exp.and_(is_broken, exp.not_(is_allowed(rule)))
    return is_broken


def is_allowed(rule: Rule) -> exp.Expr:
    """Whether a decision lets a row pass that breaks the rule; never null."""
    from sqlglot import exp

    allowed = call("contains", exp.column("allowed_rules"), literal(f";{rule.name};"))
    return call("coalesce", allowed, exp.false())


def any_broken(rules: Iterable[Rule]) -> exp.Expr:
    from sqlglot import exp

    return exp.paren(exp.or_(*map(broken, rules)))


def first_reason(stream: EventStream) -> exp.Expr:
    """The reason of the first rule that a row breaks."""
    return case([(broken(rule), literal(rule.reason)) for rule in stream.rejecting])


def all_reasons(stream: EventStream) -> exp.Expr:
    """The reasons of all rules that a row breaks, in their order, separated by `; `."""
    from sqlglot import exp

    parts = [
        call("iff", broken(rule), literal(f"; {rule.reason}"), literal(""))
        for rule in stream.rejecting
    ]
    return call("substr", call("concat", *parts), exp.Literal.number(3))


def rule_tests(stream: EventStream) -> list[exp.Expr]:
    """For each rule two columns: how many rows break it, in a column of the rule's name, and where
    the first of them stands and what its value is, in `<rule>_sample`."""
    from sqlglot import exp

    tests: list[exp.Expr] = []
    for rule in stream.rules:
        tests.append(exp.alias_(call("count_if", broken(rule)), rule.name))
        value = exp.cast(exp.column(rule.field), "varchar") if rule.field else exp.null()
        sample = call(
            "concat",
            place_of_row(),
            literal(": "),
            call("coalesce", value, literal("(none)")),
        )
        first = call("min", call("iff", broken(rule), sample, exp.null()))
        tests.append(exp.alias_(first, f"{rule.name}_sample"))
    return tests


def warned_counts(stream: EventStream) -> list[exp.Expr]:
    """How many rows break each rule that only warns, in a column of the rule's name."""
    from sqlglot import exp

    counts = [exp.alias_(call("count_if", broken(rule)), rule.name) for rule in stream.warning]
    return counts or [exp.alias_(exp.Count(this=exp.Star()), "row_count")]


def warned_rows(stream: EventStream) -> exp.Expr:
    """Of the rule that a row of `rules` names, what `warned_counts` has counted; null of others."""
    from sqlglot import exp

    counts = [(literal(rule.name), exp.column(rule.name)) for rule in stream.warning]
    return case(counts, of=exp.column("rule", table="rules")) if counts else exp.null()


def day_reasons(stream: EventStream) -> list[exp.Expr]:
    """The reasons of rows that are valid in themselves, but another of their day counts instead."""
    return [literal(rule.reason) for rule in stream.rules if rule.scope == "day"]


def uncounted_reasons(stream: EventStream) -> list[exp.Expr]:
    """The reasons that no rate counts; an empty one where there are none, for no list is empty."""
    return [literal(rule.reason) for rule in stream.rejecting if not rule.counts] or [literal("")]


def offending_value(stream: EventStream, engine: str) -> exp.Expr:
    """Of a rejected row, the value that its first broken rule is about, as text."""
    from sqlglot import exp

    fields = {field.name: field for field in stream.fields}
    whole_line = call("coalesce", exp.column("raw_text"), exp.cast(exp.column("raw"), "varchar"))

    def of(mapping: MappingSql) -> exp.Expr:
        values = [
            (literal(rule.reason), mapping.field_in_line(fields[rule.field]))
            for rule in stream.rejecting
            if rule.field
        ]
        return case(values, of=exp.column("reason")).else_(whole_line)

    return by_mapping(stream, engine, of)
