"""The SQL files made ready for an engine: read, bound, transpiled.

A file is written in Snowflake's dialect, or in the engine's own where it lies in `sql/<engine>/`.
A `:name` in it is bound on the parsed statement, so that a value is always a value. Importing
sqlglot takes a while; it is imported at the first use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecom_assets.model.events import FACT_SALES, PARSED_SALES, Column

if TYPE_CHECKING:
    from sqlglot import exp

SQL_FOLDER = Path(__file__).parent.parent / "sql"
SHARED_DIALECT = "snowflake"

COLUMN_LISTS: Mapping[str, Sequence[Column]] = {
    "event_columns": FACT_SALES,
    "parsed_columns": PARSED_SALES,
}
"""What a `:name` stands for in any script: the columns of clean, fact and repeats, and those of the
lines that staging has parsed. In a CREATE they have their types."""


def render(script: str, dialect: str, **values: Any) -> list[str]:
    """The statements of `sql/<script>.sql` for an engine.

    Args:
        script: the file's path below `sql/`, without its suffix.
        dialect: `duckdb` or `snowflake`.
        values: what each `:name` stands for: None, a bool, int, Decimal, str, date or datetime
            (UTC, without a zone), an expression made here, a list of them, or a function that
            makes one of these for an engine, by its name.

    Raises:
        KeyError: a `:name` has no value.
        sqlglot.errors.SqlglotError: the file cannot be said in that dialect.
    """
    return _render(script, dialect, values) if values else [*_without_values(script, dialect)]


@lru_cache(maxsize=256)
def _without_values(script: str, dialect: str) -> Sequence[str]:
    # each session asks for the tables' columns, each transaction for its turn: the same statements
    return _render(script, dialect, {})


def _render(script: str, dialect: str, values: dict[str, Any]) -> list[str]:
    from sqlglot import ErrorLevel

    return [
        statement.sql(
            dialect=dialect,
            pretty=True,
            comments=False,
            unsupported_level=ErrorLevel.RAISE,
            copy=False,  # it was made for this
        )
        for statement in statements(script, dialect, **values)
    ]


def statements(script: str, dialect: str, **values: Any) -> list[exp.Expr]:
    """What `render` says, still parsed; the caller's to change."""
    made = {n: value(dialect) if callable(value) else value for n, value in values.items()}
    return [_for_engine(_bind(found, made), dialect) for found in _parse(script, dialect)]


def query(script: str) -> exp.Expr:
    """The query of `sql/<script>.sql`, to be bound to a `:name`; its own names are bound there."""
    (found,) = _parse(script, SHARED_DIALECT)
    return found


def projections(script: str, dialect: str) -> dict[str, exp.Expr]:
    """What the query of `sql/<script>.sql` selects, by its name, with its `:name`s unbound."""
    (found,) = _parse(script, dialect)
    return {column.alias: column.this for column in found.expressions}


def render_table(name: str, dialect: str) -> str:
    """The query for all rows of a table or view, `schema.name`."""
    from sqlglot import exp

    return exp.select("*").from_(exp.to_table(name)).sql(dialect=dialect)


def add_column(table: str, column: Column, dialect: str) -> str:
    """The statement that adds a column to a table, `schema.name`, where it is not there."""
    from sqlglot import exp

    added = _definition(column)
    added.set("exists", True)
    statement = exp.Alter(this=exp.to_table(table), kind="TABLE", actions=[added])
    return _for_engine(statement, dialect).sql(dialect=dialect)


def table_columns() -> dict[str, list[str]]:
    """The columns of each table of `sql/tables.sql`, by `schema.name`."""
    from sqlglot import exp

    return {
        f"{table.this.this.db}.{table.this.this.name}": [
            column.name for column in table.this.expressions
        ]
        for table in _parse("tables", SHARED_DIALECT)
        if isinstance(table, exp.Create) and table.kind == "TABLE"
    }


@lru_cache(maxsize=256)
def _parse(script: str, dialect: str) -> Sequence[exp.Expr]:
    import sqlglot

    written_in = dialect if script.startswith(f"{dialect}/") else SHARED_DIALECT
    text = (SQL_FOLDER / f"{script}.sql").read_text(encoding="utf-8")
    return [statement for statement in sqlglot.parse(text, read=written_in) if statement]


def _bind(statement: exp.Expr, values: dict[str, Any]) -> exp.Expr:
    from sqlglot import exp

    bound = statement.copy()
    for placeholder in list(bound.find_all(exp.Placeholder)):
        value = values[placeholder.name] if placeholder.name in values else _columns(placeholder)
        if isinstance(value, list):  # of expressions: they stand in the place of one
            parent = placeholder.parent
            assert parent is not None
            if isinstance(parent, exp.Paren):
                parent.replace(exp.Tuple(expressions=[new.copy() for new in value]))
                continue
            listed = [
                new
                for old in parent.expressions
                for new in ([one.copy() for one in value] if old is placeholder else [old])
            ]
            parent.set("expressions", listed)
        else:
            new = _bind(literal(value), values)
            table = placeholder.parent
            if isinstance(table, exp.Table) and isinstance(new, exp.Query):
                table.replace(new)  # `from (:name)` was read as the name of a table in parentheses
            else:
                placeholder.replace(new)
    return bound


def _columns(placeholder: exp.Placeholder) -> list[exp.Expr]:
    """The columns that a name stands for in any script. Behind the name of a table they are that
    table's: the placeholder is then taken out of its column.

    Raises:
        KeyError: the name has no value.
    """
    from sqlglot import exp

    columns = COLUMN_LISTS[placeholder.name]
    parent = placeholder.parent
    if isinstance(parent, exp.Schema) and isinstance(parent.parent, exp.Create):
        return [_definition(column) for column in columns]
    table = parent.table if isinstance(parent, exp.Column) else None
    if parent and table:
        parent.replace(placeholder)
    return [exp.column(column.name, table=table) for column in columns]


def _definition(column: Column) -> exp.Expr:
    from sqlglot import exp

    return exp.ColumnDef(
        this=exp.to_identifier(column.name),
        kind=exp.DataType.build(column.type, dialect=SHARED_DIALECT),
    )


def literal(value: Any) -> exp.Expr:
    """A value as SQL says it: never text pasted into a statement."""
    from sqlglot import exp

    if isinstance(value, exp.Expr):
        return value
    if isinstance(value, datetime):
        moment = exp.Literal.string(value.isoformat(sep=" ", timespec="microseconds"))
        return exp.cast(moment, "timestamp_ntz", dialect=SHARED_DIALECT)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if value is None or isinstance(value, bool | int | Decimal | str):
        return exp.convert(value)
    raise TypeError(f"{type(value).__name__} cannot be bound to a name in SQL")


def _for_engine(statement: exp.Expr, dialect: str) -> exp.Expr:
    """What sqlglot does not know of how DuckDB says a thing."""
    from sqlglot import exp

    if dialect != "duckdb":
        return statement
    for cluster in list(statement.find_all(exp.Cluster, exp.ClusterProperty)):
        cluster.pop()  # DuckDB skips by the order of insertion
    if isinstance(statement, exp.Insert) and isinstance(statement.expression, exp.Query):
        # which is that of the files, and so of the days: sorting them costs more than it skips
        statement.expression.set("order", None)
    for column in statement.find_all(exp.ColumnDef):
        if column.kind and column.kind.this == exp.DataType.Type.VARIANT:
            # written in half the time, and a third of the bytes, of what DuckDB would choose
            compression = exp.ColumnConstraint(kind=exp.var("USING COMPRESSION zstd"))
            column.append("constraints", compression)
    for node in list(statement.find_all(exp.DataType)):
        if node.this == exp.DataType.Type.VARIANT:
            node.replace(exp.DataType.build("json", dialect="duckdb"))
    for parsed in list(statement.find_all(exp.ParseJSON)):
        # DuckDB takes more for JSON than JSON is
        text = parsed.this
        strict = exp.Anonymous(this="is_json", expressions=[text.copy()])
        parsed.replace(exp.case().when(strict, exp.cast(text, "json", dialect="duckdb")))
    for call in list(statement.find_all(exp.Anonymous)):
        if call.name.lower() == "is_object":
            # where all documents are valid, their first character says it without reading them
            document = call.expressions[0]
            begins = exp.func("starts_with", document.copy(), exp.Literal.string("{"))
            kind = exp.func("json_type", document)
            is_object = exp.EQ(this=kind, expression=exp.Literal.string("OBJECT"))
            call.replace(exp.case().when(begins, exp.true()).else_(is_object))
    return statement
