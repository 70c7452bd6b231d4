"""Which columns a column is made of, derived from the SQL that makes it.

The scripts are taken as an engine is sent them and followed through the temporary tables, so
nothing of this is written by hand. It takes a tenth of a second, once a process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from ecom_assets.questions import questions
from ecom_assets.warehouse import expressions
from ecom_assets.warehouse.sql import query, statements, table_columns

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.lineage import Node

TEMPORARY = "temporary"
"""What stands for the schema of temporary tables, which have none."""

TOTALS = ("analytics.fact_sales_days", "analytics.fact_sales_breakdowns")
"""Tables that `fact_sales` writes beside its own; no assets, so what is made of them is made of the
fact table."""

Source = tuple[str, str]
"""A table, `schema.name`, and a column of it; lower case."""

Sources = Mapping[str, frozenset[Source]]
"""For each column of a table, what it is made of; nothing for what the pipeline itself adds."""


@cache
def column_sources(engine: str) -> Mapping[str, Sources]:
    """For each asset's table or view, of which columns of which tables its columns are made.

    Args:
        engine: `duckdb` or `snowflake`.
    """
    from sqlglot import exp
    from sqlglot.lineage import lineage

    schema = _columns_of_tables()
    schema[TEMPORARY] = {}
    found: dict[str, Sources] = {}
    for table, made_by in _queries(engine):
        for read in made_by.find_all(exp.Table):
            if not read.db and read.name.lower() in schema[TEMPORARY]:
                read.set("db", exp.to_identifier(TEMPORARY))
        columns = lineage(None, made_by, schema, dialect=engine, trim_selects=False, copy=False)
        assert isinstance(columns, dict)
        sources = {
            name.lower(): frozenset(
                source for leaf in _leaves(node) for source in _seen_through(leaf, found)
            )
            for name, node in columns.items()
        }
        if "." in table:
            found[table] = sources
        else:
            found[f"{TEMPORARY}.{table}"] = sources
            schema[TEMPORARY][table] = dict.fromkeys(sources, "varchar")
    return {
        name: {
            column: frozenset(origin for one in sources for origin in _before(name, one, found))
            for column, sources in made_of.items()
        }
        for name, made_of in found.items()
        if not _is_seen_through(name)
    }


def column_origins(engine: str, table: str) -> Sources:
    """Of which columns of RAW a table's columns are made in the end.

    Args:
        engine: `duckdb` or `snowflake`.
        table: `schema.name`.
    """
    made = column_sources(engine)

    def origins(source: Source) -> frozenset[Source]:
        table, column = source
        if table not in made:
            return frozenset([source])
        return frozenset(origin for of in made[table][column] for origin in origins(of))

    return {column: origins((table, column)) for column in made[table]}


def _scripts(engine: str) -> Iterator[str]:
    yield from (f"{engine}/parse_lines", f"{engine}/rejected_repeats")
    yield from ("staging/repeats", "staging/split", "analytics/publish")
    yield from (f"answers/{question.name}" for question in questions())


def _queries(engine: str) -> Iterator[tuple[str, exp.Query]]:
    """The tables that the scripts write, each with the query that fills it."""
    from sqlglot import exp

    some_day = date(2026, 1, 1)  # a value in a condition; of no account to what a column is made of
    days = ("first_day", "last_day", "last_batch_day", "window_start", "window_end")
    values: dict[str, Any] = {
        **dict.fromkeys(days, some_day),
        **dict.fromkeys(("late_days", "within_days"), 0),
        **dict.fromkeys(("rules_version", "run_id", "white_space", "repeat_reason"), ""),
        "all_fields_present": expressions.all_fields_present(),
        "all_reasons": expressions.all_reasons(),
        "broken": expressions.any_broken(),
        "broken_otherwise": expressions.broken_otherwise(),
        "first_reason": expressions.first_reason(),
        "lines": query("raw/current_lines"),
        "parsed": expressions.table("parsed_sales"),
        "publishable_days": expressions.days_table([some_day]),
    }
    for script in _scripts(engine):
        for statement in statements(script, engine, **values):
            made_by = statement.expression
            if isinstance(statement, exp.Create | exp.Insert) and isinstance(made_by, exp.Query):
                yield _name(statement.find(exp.Table)), made_by


def _columns_of_tables() -> dict[str, Any]:
    """The columns of the tables that the set-up makes, by schema and table."""
    schemas: dict[str, Any] = {}
    for name, columns in table_columns().items():
        schema, _, table = name.partition(".")
        schemas.setdefault(schema, {})[table] = dict.fromkeys(columns, "varchar")
    return schemas


def _leaves(node: Node) -> Iterator[Source]:
    from sqlglot import exp

    for found in node.walk():
        if not found.downstream and isinstance(found.source, exp.Table):
            yield _name(found.source), found.name.rpartition(".")[2].lower()


def _seen_through(source: Source, found: Mapping[str, Sources]) -> frozenset[Source]:
    """A column of an asset's table; in place of one of another table, what that is made of."""
    table, column = source
    return found[table][column] if _is_seen_through(table) else frozenset([source])


def _before(table: str, source: Source, found: Mapping[str, Sources]) -> frozenset[Source]:
    """A source of a table; for a table of staging in place of one of staging, what that is made of:
    lines are compared with rows that came there in the same way."""
    other, column = source
    in_staging = table.startswith("staging.") and other.startswith("staging.")
    return found[other][column] if in_staging else frozenset([source])


def _is_seen_through(table: str) -> bool:
    return table in TOTALS or table.startswith(f"{TEMPORARY}.")


def _name(table: exp.Table | None) -> str:
    assert table is not None
    return ".".join(part.lower() for part in (table.db, table.name) if part)
