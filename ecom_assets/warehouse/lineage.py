"""Which columns a column is made of, derived from the SQL that makes it.

The scripts are taken as an engine is sent them and followed through the temporary tables, so
nothing of this is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from ecom_assets.model import sales
from ecom_assets.model.questions import questions
from ecom_assets.model.stream import EventStream
from ecom_assets.model.tables import FACT_TABLE, tables
from ecom_assets.warehouse.expressions import days_table, literal, staged_days_table
from ecom_assets.warehouse.kept import kept
from ecom_assets.warehouse.sql import statements

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.lineage import Node

TEMPORARY = "temporary"
"""What stands for the schema of temporary tables, which have none."""

NO_ASSETS = (
    *("analytics.fact_sales_days", "analytics.fact_sales_breakdowns"),
    *("staging.sales_quality", "staging.stg_sales_repeats"),
)
"""Tables that assets write beside their own. What is made of totals is made of the fact table."""

Source = tuple[str, str]
"""A table, `schema.name`, and a column of it; lower case."""

Sources = Mapping[str, frozenset[Source]]
"""For each column of a table, what it is made of; nothing for what the pipeline itself adds."""


def column_sources(engine: str) -> Mapping[str, Sources]:
    """For each asset's table or view, of which columns of which tables its columns are made, as it
    is done on an engine."""
    return _column_sources(engine, sales.SALES)


@cache
def _column_sources(engine: str, stream: EventStream) -> Mapping[str, Sources]:
    made = kept(["lineage", engine], stream, lambda: _read_from_sql(engine, stream))
    return {
        table: {column: frozenset(map(tuple, found)) for column, found in sources.items()}
        for table, sources in made.items()
    }


def _read_from_sql(engine: str, stream: EventStream) -> Mapping[str, Any]:
    """The same as JSON has it."""
    from sqlglot import exp
    from sqlglot.lineage import lineage

    schema = _columns_of_tables()
    schema[TEMPORARY] = {}
    found: dict[str, Sources] = {}
    for table, made_by in _queries(engine, stream):
        for read in made_by.find_all(exp.Table):
            if not read.db and read.name.lower() in schema[TEMPORARY]:
                read.set("db", exp.to_identifier(TEMPORARY))
        _count_by_key(made_by)
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
        name: {column: sorted(sources) for column, sources in made_of.items()}
        for name, made_of in found.items()
        if not _is_seen_through(name)
    }


def column_origins(engine: str, table: str) -> Sources:
    """Of which columns of RAW the columns of a table, `schema.name`, are made in the end."""
    made = column_sources(engine)

    def origins(source: Source) -> frozenset[Source]:
        table, column = source
        if table not in made:
            return frozenset([source])
        return frozenset(origin for of in made[table][column] for origin in origins(of))

    return {column: origins((table, column)) for column in made[table]}


def _queries(engine: str, stream: EventStream) -> Iterator[tuple[str, exp.Query]]:
    """The tables that the scripts write, each with the query that fills it."""
    from sqlglot import exp

    some_day = date(2026, 1, 1)  # a value in a condition; of no account to what a column is made of
    days = (
        *("first_day", "last_day", "own_first_day", "own_last_day", "first_partition"),
        *("first_batch_day", "last_batch_day", "window_start", "window_end"),
    )
    values: dict[str, Any] = {
        **dict.fromkeys(days, some_day),
        **dict.fromkeys(("late_days", "within_days"), 0),
        "run_id": "",
        "days": days_table([some_day]),
        "staged_days": staged_days_table({some_day: datetime(2026, 1, 1)}),
        "event_dates": [literal(some_day)],
    }
    scripts = (
        *("staging/parse_lines", "staging/duplicates", "staging/split"),
        *("analytics/repeats", "analytics/publish", "analytics/published_days", "analytics/totals"),
        *(f"answers/{question.name}" for question in questions()),
    )
    for script in scripts:
        for statement in statements(script, engine, stream, **values):
            made_by = statement.expression
            if isinstance(statement, exp.Create | exp.Insert) and isinstance(made_by, exp.Query):
                yield _name(statement.find(exp.Table)), made_by


def _count_by_key(query: exp.Query) -> None:
    """Count the sales of FACT_SALES by their ids in place of `count(*)`, in a query that is looked
    at, not run: it is the same number, and names what a share is made of."""
    from sqlglot import exp

    for select in query.find_all(exp.Select):
        source = select.args.get("from_") or exp.From()
        if isinstance(source.this, exp.Table) and _name(source.this) == FACT_TABLE.lower():
            for count in select.find_all(exp.Count):
                if isinstance(count.this, exp.Star):
                    count.set("this", exp.column("event_id"))


def _columns_of_tables() -> dict[str, Any]:
    """The columns of the tables that the set-up makes, by schema and table."""
    schemas: dict[str, Any] = {}
    for name, columns in tables().items():
        schema, _, table = name.lower().partition(".")
        schemas.setdefault(schema, {})[table] = {column.name: "varchar" for column in columns}
    return schemas


def _leaves(node: Node) -> Iterator[Source]:
    from sqlglot import exp

    for found in node.walk():
        if not found.downstream and isinstance(found.source, exp.Table):
            yield _name(found.source), found.name.rpartition(".")[2].lower()


def _seen_through(source: Source, found: Mapping[str, Sources]) -> frozenset[Source]:
    """A column of an asset's table; in place of one of another table, what that is made of. What is
    read there before it is written tells of days or rows and adds nothing to them."""
    table, column = source
    if not _is_seen_through(table):
        return frozenset([source])
    return found.get(table, {}).get(column, frozenset())


def _is_seen_through(table: str) -> bool:
    return table in NO_ASSETS or table.startswith(f"{TEMPORARY}.")


def _name(table: exp.Table | None) -> str:
    assert table is not None
    return ".".join(part.lower() for part in (table.db, table.name) if part)
