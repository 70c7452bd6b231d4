"""SQL expressions made of the project's data: the rules, a list of days, a list of files.

They stand where a SQL file has a `:name`. Everything is built as a parsed expression, in
Snowflake's dialect; no text is pasted into a statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ecom_assets.model import rules
from ecom_assets.model.rules import Rule
from ecom_assets.warehouse.contract import LoadedFile
from ecom_assets.warehouse.sql import SHARED_DIALECT, literal

if TYPE_CHECKING:
    from sqlglot import exp


def broken(rule: Rule) -> exp.Expr:
    """True where a row breaks the rule, else false, never null. Only a JSON object can break any
    rule but the first: of a line that cannot be read there is nothing more to say."""
    import sqlglot
    from sqlglot import exp

    predicate = sqlglot.parse_one(rule.broken, read=SHARED_DIALECT)
    predicate = exp.replace_placeholders(predicate, blank=exp.Literal.string(rules.BLANK))
    if rule.scope != "line":
        predicate = exp.and_(exp.column("is_object"), predicate)
    return _call("coalesce", exp.paren(predicate), exp.false())


def any_broken() -> exp.Expr:
    """True where a row breaks one of the rules, else false."""
    return _any(rules.RULES)


def breaks_row_rule() -> exp.Expr:
    """True where a row breaks a rule that is judged by that row alone."""
    return _any([rule for rule in rules.RULES if rule.scope != "day"])


def _any(some: Sequence[Rule]) -> exp.Expr:
    from sqlglot import exp

    return exp.paren(exp.or_(*(broken(rule) for rule in some)))


def first_reason() -> exp.Expr:
    """The reason of the first rule that a row breaks."""
    from sqlglot import exp

    case = exp.Case()
    for rule in rules.RULES:
        case = case.when(broken(rule), exp.Literal.string(rule.reason))
    return case


def all_reasons() -> exp.Expr:
    """The reasons of all rules that a row breaks, in their order, separated by `; `."""
    from sqlglot import exp

    parts = [
        _call("iff", broken(rule), exp.Literal.string(f"; {rule.reason}"), exp.Literal.string(""))
        for rule in rules.RULES
    ]
    return _call("substr", _call("concat", *parts), exp.Literal.number(3))


def rule_tests() -> list[exp.Expr]:
    """For each rule two columns: how many rows break it, in a column of the rule's name, and where
    the first of them stands and what its value is, in `<rule>_sample`."""
    from sqlglot import exp

    tests: list[exp.Expr] = []
    for rule in rules.RULES:
        tests.append(exp.alias_(_call("count_if", broken(rule)), rule.name))
        value = exp.cast(exp.column(rule.field), "varchar") if rule.field else exp.null()
        sample = _call(
            "concat",
            exp.column("source_filename"),
            literal(" line "),
            exp.cast(exp.column("source_row_number"), "varchar"),
            literal(": "),
            _call("coalesce", value, literal("(none)")),
        )
        first = _call("min", _call("iff", broken(rule), sample, exp.null()))
        tests.append(exp.alias_(first, f"{rule.name}_sample"))
    return tests


def offending_value() -> exp.Expr:
    """Of a rejected row, the value that its first broken rule is about, as text."""
    from sqlglot import exp

    whole_line = _call("coalesce", exp.column("raw_text"), exp.cast(exp.column("raw"), "varchar"))
    case = exp.Case(this=exp.column("reason"))
    for rule in rules.RULES:
        if rule.field is not None:
            path = _call("json_extract_path_text", exp.column("raw"), literal(rule.field))
            case = case.when(literal(rule.reason), path)
    return case.else_(whole_line)


def days_table(days: Sequence[date]) -> exp.Expr:
    """One row a day: `event_date`."""
    return _table(["event_date"], [[day] for day in days])


def rules_table() -> exp.Expr:
    """One row a rule: `rule`, `reason`."""
    return _table(["rule", "reason"], [[rule.name, rule.reason] for rule in rules.RULES])


def files_table(loaded: Sequence[LoadedFile]) -> exp.Expr:
    """One row a loaded file, in the ledger's words."""
    names = ["source_filename", "batch_date", "etag", "size_bytes", "last_modified", "row_count"]
    rows = [
        [f.file.name, f.file.day, f.file.etag, f.file.size, f.file.last_modified, f.row_count]
        for f in loaded
    ]
    return _table(names, rows)


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> exp.Expr:
    from sqlglot import exp

    values = exp.values(
        [tuple(literal(value) for value in row) for row in rows], alias="v", columns=names
    )
    return exp.select(*names).from_(values)


def _call(function: str, *arguments: exp.Expr) -> exp.Expr:
    from sqlglot import exp

    return exp.func(function, *arguments, dialect=SHARED_DIALECT)
