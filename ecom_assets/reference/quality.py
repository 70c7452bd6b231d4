"""The quality rules as text: the short table, and each rule with its SQL and a line that breaks it.

Everything here is said by `model/sales.py`.
"""

from random import Random

from ecom_assets.model import sales
from ecom_assets.model.stream import BLANK, Event, Rule
from ecom_assets.reference.pages import table
from ecom_assets.warehouse.field_sql import local_event_date
from ecom_assets.warehouse.rule_sql import LISTS, broken

ENGINES = {"duckdb": "DuckDB", "snowflake": "Snowflake"}

_EARLIER: Event = {
    "event_id": "a1",
    "event_ts": "2026-01-05T09:30:00Z",
    "quantity": 1,
    "total_amount": 15,
}
_GOOD: Event = {
    "event_id": "a2",
    "event_ts": "2026-01-05T10:00:00Z",
    "quantity": 2,
    "total_amount": 39.8,
}
"""A good event, and one that stands earlier in its file; of their fields those with rules."""


def rules_table() -> str:
    """A row a rule, in their order: name, reason, and when it is broken."""
    return table(
        ["rule", "reason", "broken when", "what breaks it"],
        [
            [f"`{rule.name}`", rule.reason, rule.broken_when, _consequence(rule)]
            for rule in sales.SALES.rules
        ],
    )


def _consequence(rule: Rule) -> str:
    what = "is a reject" if rule.severity == "reject" else "is clean; a warning"
    return what if rule.limit is None else f"{what}; above {rule.limit:.1%} the day is held"


def rules_in_full() -> str:
    """A section a rule."""
    return "\n".join(map(_section, sales.SALES.rules))


def _section(rule: Rule) -> str:
    example = ""
    if rule.defect:
        line = rule.defect(_GOOD, _EARLIER, Random(1))  # noqa: S311 - the same line each time
        example = f"\nA line that breaks it, as the generator makes them:\n\n```json\n{line}\n```\n"
    return (
        f"### `{rule.name}`\n\n"
        f"**{rule.reason}**: {rule.broken_when}.\n\n"
        f"{rule.why}\n\n"
        f"```sql\n{_predicates(rule)}```\n{example}"
    )


def _predicates(rule: Rule) -> str:
    """The predicate for each engine; once where they are sent the same."""
    engines_of: dict[str, list[str]] = {}
    for dialect, engine in ENGINES.items():
        engines_of.setdefault(_predicate(rule, dialect), []).append(engine)
    return "".join(f"-- {' and '.join(of)}\n{sql}\n" for sql, of in engines_of.items())


def _predicate(rule: Rule, dialect: str) -> str:
    """The predicate as the engine gets it where the shop's days are those of UTC, but for lists of
    characters or codes, which nobody could read: they stand as `:blank` and the like."""
    from sqlglot import exp

    predicate = exp.replace_placeholders(
        broken(rule), local_event_date=local_event_date(sales.SALES)
    )
    for text in list(predicate.find_all(exp.Literal)):
        if text.name == BLANK:
            text.replace(exp.Var(this=":blank"))
    for codes in list(predicate.find_all(exp.In)):
        for name, listed in LISTS.items():
            if [code.name for code in codes.expressions] == listed():
                codes.set("expressions", [exp.Var(this=f":{name}")])
    return predicate.sql(dialect=dialect)
