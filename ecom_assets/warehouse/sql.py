"""The SQL files made ready for an engine: names bound, transpiled.

A `:name` is bound on the parsed statement, so that a value is always a value: to what is handed
along with the script, or to what it stands for in any script (`names.py`). Importing sqlglot takes
a while; it is imported at the first use.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ecom_assets.model import sales
from ecom_assets.model.reading import Reading
from ecom_assets.model.stream import EventStream
from ecom_assets.model.tables import EVENT_TABLES, Column, copies, tables, temporary_tables
from ecom_assets.warehouse.expressions import literal
from ecom_assets.warehouse.kept import kept
from ecom_assets.warehouse.names import meaning
from ecom_assets.warehouse.scripts import SHARED_DIALECT, parsed
from ecom_assets.warehouse.strict_json import strict_json

if TYPE_CHECKING:
    from sqlglot import exp


def render(
    script: str,
    engine: str,
    reading: Reading | None = None,
    rehearses: bool = False,
    /,
    **values: Any,
) -> list[str]:
    """The statements of a SQL file for an engine.

    Args:
        script: the path of `sql/<engine>/<script>.sql`, or else of `sql/<script>.sql`.
        engine: `duckdb` or `snowflake`.
        reading: how lines become events; None: as the stream declares it.
        rehearses: whether the copies of a rehearsal stand for the tables.
        values: what a `:name` stands for, beside those of `names.py`: a value (see `literal`), or a
            list of expressions.

    Raises:
        KeyError: a `:name` stands for nothing.
        ValueError: a rehearsal would write a table.
        sqlglot.errors.SqlglotError: the file cannot be said in that dialect.
    """
    first, last = values.get("first_day"), values.get("last_day")
    parts = {name: _apart(name, value, engine) for name, value in values.items()}
    shapes = tuple((name, shape) for name, (shape, _) in parts.items())
    is_one_day = first is not None and first == last
    ready = _ready(script, engine, sales.read_by(reading), rehearses, is_one_day, shapes)
    return [_MARK.sub(lambda found: parts[found[1]][1], statement) for statement in ready]


COMPARED_ONE_BY_ONE = 20
"""DuckDB compares with each value that IN lists; the rows of a query it looks up. For the codes of
currencies and countries that is a tenth of the time."""

_MARK = re.compile("\ue000([a-z_]+)\ue001")
"""What stands for a value in a statement that is made ready once for all values of a shape. Its
ends are characters for private use, which no rule and no mapping has in its texts."""


@dataclass(frozen=True)
class _Shape:
    """What of a value decides how a statement looks: its type, and how it is written.

    Attributes:
        text: the value's SQL, with a mark in place of what differs from run to run.
        marked: the same as what a `:name` may stand for.
    """

    text: str
    marked: Any = field(compare=False)


def _apart(name: str, value: Any, engine: str) -> tuple[_Shape, str]:
    """A value's shape, and the text that its mark stands for."""
    from sqlglot import exp

    mark = f"\ue000{name}\ue001"
    if isinstance(value, list | exp.Expr):
        listed = exp.Tuple(expressions=[*value] if isinstance(value, list) else [value]).copy()
        texts = [_text(one, engine, lines=False) for one in _for_engine(listed, engine).expressions]
        if isinstance(value, list):
            marked: Any = [exp.Var(this=mark)] if value else []
            return _Shape(f"[{mark if value else ''}]", marked), ", ".join(texts)
        if isinstance(value, exp.Query):
            return _Shape(f"from {mark}", exp.Table(this=exp.Var(this=mark))), texts[0]
        return _Shape(mark, exp.Var(this=mark)), texts[0]
    said = literal(value)
    differs = said.find(exp.Literal)
    if differs is None:  # null, true, false
        return _Shape(_text(said, engine), said), ""
    text = _text(differs, engine)
    differs.set("this", mark)
    return _Shape(said.sql(), said), text[1:-1] if differs.is_string else text


def _text(expression: exp.Expr, engine: str, *, lines: bool = True) -> str:
    from sqlglot import ErrorLevel

    return expression.sql(
        dialect=engine,
        pretty=lines,
        comments=False,
        unsupported_level=ErrorLevel.RAISE,
        copy=False,  # it was made for this
    )


@lru_cache(maxsize=512)
def _ready(
    script: str,
    engine: str,
    stream: EventStream,
    rehearses: bool,
    is_one_day: bool,
    shapes: Sequence[tuple[str, _Shape]],
) -> list[str]:
    def make() -> list[str]:
        from sqlglot import exp

        found = statements(script, engine, stream, **{name: one.marked for name, one in shapes})
        for statement in found if is_one_day else ():
            if isinstance(statement, exp.Insert) and isinstance(statement.expression, exp.Query):
                statement.expression.set("order", None)  # by their day, of which there is one
        for statement in found if rehearses else ():
            _use_copies(statement, script)
        return [_text(statement, engine) for statement in found]

    key = script, engine, rehearses, is_one_day, [(name, one.text) for name, one in shapes]
    made: list[str] = kept(key, stream, make)
    return made


def statements(script: str, engine: str, stream: EventStream, /, **values: Any) -> list[exp.Expr]:
    """What `render` says of a stream, still parsed; the caller's to change."""
    return [
        _for_engine(_bind(found, values, engine, stream), engine)
        for found in parsed(script, engine)
    ]


def _use_copies(statement: exp.Expr, script: str) -> None:
    """Let the copies of a rehearsal stand for the tables, and see that no other one is written."""
    from sqlglot import exp

    for found in statement.find_all(exp.Table):
        if copy := copies().get(f"{found.db}.{found.name}".upper()):
            found.set("this", exp.to_identifier(copy))
            found.set("db", None)
    target = None if isinstance(statement, exp.Query) else statement.find(exp.Table)
    if target is not None and target.db:
        raise ValueError(f"{script} would write {target.db}.{target.name}, not a copy of it")


def render_table(name: str, engine: str) -> str:
    """The query for all rows of a table or view, `schema.name`."""
    from sqlglot import exp

    return exp.select("*").from_(exp.to_table(name)).sql(dialect=engine)


def add_column(table: str, column: Column, engine: str) -> str:
    """The statement that adds a column to a table, `schema.name`, where it is not there; it is null
    in the rows that are."""
    from sqlglot import exp

    added = _definition(replace(column, required=False))
    added.set("exists", True)
    statement = exp.Alter(this=exp.to_table(table), kind="TABLE", actions=[added])
    return _for_engine(statement, engine).sql(dialect=engine)


def _bind(
    statement: exp.Expr, values: dict[str, Any], engine: str, stream: EventStream
) -> exp.Expr:
    from sqlglot import exp

    bound = statement.copy()
    for placeholder in list(bound.find_all(exp.Placeholder)):
        parent = placeholder.parent
        owner = parent.table if isinstance(parent, exp.Column) else ""
        if parent and owner:  # `table.:name`: in place of the column
            parent.replace(placeholder)
        name, _, number = placeholder.name.partition("#")
        if name in values:
            value = values[name]
        elif isinstance(parent, exp.Schema) and isinstance(parent.parent, exp.Create):
            value = _definitions(parent.this)
        else:
            value = meaning(name, stream, engine, owner, number)
        if isinstance(value, list):
            _put([_bind(one, values, engine, stream) for one in value], placeholder)
            continue
        new = _bind(literal(value), values, engine, stream)
        for column in new.find_all(exp.Column) if owner else ():
            column.set("table", exp.to_identifier(owner))
        table = placeholder.parent
        if isinstance(table, exp.Table) and isinstance(new, exp.Query):
            table.replace(new)  # `from (:name)` was read as the name of a table in parentheses
        else:
            placeholder.replace(new)
    return bound


def _put(expressions: list[exp.Expr], placeholder: exp.Expr) -> None:
    """Put several expressions in the place of one."""
    from sqlglot import exp

    parent = placeholder.parent
    assert parent is not None
    if isinstance(parent, exp.Paren):
        parent.replace(exp.Tuple(expressions=expressions))
        return
    listed = [
        new for old in parent.expressions for new in (expressions if old is placeholder else [old])
    ]
    parent.set("expressions", listed)


def _definitions(table: exp.Table) -> list[exp.Expr]:
    """The columns of a table that is made, with their types."""
    name = f"{table.db}.{table.name}".upper().lstrip(".")
    if name in tables() and name not in EVENT_TABLES:
        return [_definition(column) for column in tables()[name]]
    # which fields are required may change, and the rules see to it
    columns = {**tables(), **temporary_tables()}[name]
    return [_definition(replace(column, required=False)) for column in columns]


def _definition(column: Column) -> exp.Expr:
    from sqlglot import exp

    never_null = exp.ColumnConstraint(kind=exp.NotNullColumnConstraint())
    return exp.ColumnDef(
        this=exp.to_identifier(column.name),
        kind=exp.DataType.build(column.type, dialect=SHARED_DIALECT),
        constraints=[never_null] if column.required else [],
    )


def _for_engine(statement: exp.Expr, engine: str) -> exp.Expr:
    """What sqlglot does not know of how an engine says a thing."""
    from sqlglot import exp

    if engine != "duckdb":
        for lateral in statement.find_all(exp.Lateral):
            lateral.args["alias"].set("columns", [])  # they have their names
        for parsed_text in list(statement.find_all(exp.ParseJSON)):
            parsed_text.replace(strict_json(parsed_text.this))
        for told in list(statement.find_all(exp.DataType)):
            if told.this == exp.DataType.Type.TIMESTAMPNTZ:  # as everybody writes it
                told.replace(exp.DataType(this=exp.DataType.Type.USERDEFINED, kind="TIMESTAMP_NTZ"))
        return statement
    for transient in list(statement.find_all(exp.TransientProperty)):
        transient.pop()
    if isinstance(statement, exp.Insert) and isinstance(statement.expression, exp.Query):
        # DuckDB skips by the order of insertion, which is that of the files, and so of the days:
        # sorting them costs more than it skips
        statement.expression.set("order", None)
    for column in statement.find_all(exp.ColumnDef):
        if column.kind and column.kind.this == exp.DataType.Type.VARIANT:
            # written in half the time, and a third of the bytes, of what DuckDB would choose
            compression = exp.ColumnConstraint(kind=exp.var("USING COMPRESSION zstd"))
            column.append("constraints", compression)
    for listed in list(statement.find_all(exp.In)):
        if len(listed.expressions) > COMPARED_ONE_BY_ONE:
            rows = exp.values([(value,) for value in listed.expressions], "listed", ["value"])
            listed.set("query", exp.Subquery(this=exp.select("value").from_(rows)))
            listed.set("expressions", [])
    for node in list(statement.find_all(exp.DataType)):
        if node.this == exp.DataType.Type.VARIANT:
            node.replace(exp.DataType.build("json", dialect="duckdb"))
    for strictly in list(statement.find_all(exp.ParseJSON)):
        # DuckDB takes more for JSON than JSON is
        text = strictly.this
        strict = exp.Anonymous(this="is_json", expressions=[text.copy()])
        strictly.replace(exp.case().when(strict, exp.cast(text, "json", dialect="duckdb")))
    for call in list(statement.find_all(exp.Anonymous)):
        if call.name.lower() == "is_object":
            # where all documents are valid, their first character says it without reading them
            document = call.expressions[0]
            begins = exp.func("starts_with", document.copy(), exp.Literal.string("{"))
            kind = exp.func("json_type", document)
            is_object = exp.EQ(this=kind, expression=exp.Literal.string("OBJECT"))
            call.replace(exp.case().when(begins, exp.true()).else_(is_object))
    return statement
