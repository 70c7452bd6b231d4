"""Values as SQL says them: literals, and lists of days or files that stand as a table.

Everything is built as a parsed expression, in Snowflake's dialect; no text is pasted into a
statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ecom_assets.warehouse.contract import LoadedFile
from ecom_assets.warehouse.scripts import SHARED_DIALECT

if TYPE_CHECKING:
    from sqlglot import exp


def literal(value: Any) -> exp.Expr:
    """A value as SQL says it: None, a bool, int, Decimal, str, date or datetime (UTC, without a
    zone); an expression is itself."""
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


def days_table(days: Sequence[date]) -> exp.Expr:
    """One row a day: `event_date`."""
    return table(["event_date"], [[day] for day in days])


def staged_days_table(staged_at: Mapping[date, datetime]) -> exp.Expr:
    """One row a day: `event_date`, `staged_at`."""
    return table(["event_date", "staged_at"], [[*item] for item in staged_at.items()])


def files_table(loaded: Sequence[LoadedFile]) -> exp.Expr:
    """One row a loaded file, in the ledger's words."""
    names = ["source_filename", "batch_date", "etag", "size_bytes", "last_modified", "row_count"]
    rows = [
        [f.file.name, f.file.day, f.file.etag, f.file.size, f.file.last_modified, f.row_count]
        for f in loaded
    ]
    return table(names, rows)


def table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> exp.Expr:
    """A query of rows of values, under names."""
    from sqlglot import exp

    values = exp.values(
        [tuple(literal(value) for value in row) for row in rows], alias="v", columns=names
    )
    return exp.select(*names).from_(values)


def all_rows(name: str) -> exp.Expr:
    """The query for all rows of a table, or of another query of the same statement."""
    from sqlglot import exp

    return exp.select("*").from_(exp.to_table(name))


def call(function: str, *arguments: exp.Expr) -> exp.Expr:
    """A function of Snowflake's on some arguments."""
    from sqlglot import exp

    return exp.func(function, *arguments, dialect=SHARED_DIALECT)


def case(branches: Iterable[tuple[exp.Expr, exp.Expr]], of: exp.Expr | None = None) -> exp.Case:
    """CASE, or CASE of an expression: what stands where, in this order."""
    from sqlglot import exp

    found = exp.Case(this=of)
    for condition, value in branches:
        found = found.when(condition, value)
    return found


def place_of_row() -> exp.Expr:
    """Where a row's sale lies, for people: its file, its line and, of several items, which."""
    from sqlglot import exp

    item = exp.column("source_item_number")
    number = call("concat", literal(" item "), exp.cast(item, "varchar"))
    return call(
        "concat",
        exp.column("source_filename"),
        literal(" line "),
        exp.cast(exp.column("source_row_number"), "varchar"),
        call("iff", item > 1, number, literal("")),
    )
