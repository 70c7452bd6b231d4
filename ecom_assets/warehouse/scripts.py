"""The SQL files, read and parsed.

A file is written in Snowflake's dialect, or in the engine's own where it lies in `sql/<engine>/`;
an engine's own file goes before a shared one. Importing sqlglot takes a while: it is imported at
the first use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

SQL_FOLDER = Path(__file__).parent.parent / "sql"
SHARED_DIALECT = "snowflake"


@lru_cache(maxsize=256)
def parsed(script: str, engine: str) -> Sequence[exp.Expr]:
    """The statements of `sql/<engine>/<script>.sql`, or else of `sql/<script>.sql`; not to be
    changed."""
    import sqlglot

    own = SQL_FOLDER / engine / f"{script}.sql"
    path = own if own.exists() else SQL_FOLDER / f"{script}.sql"
    dialect = engine if path == own else SHARED_DIALECT
    text = path.read_text(encoding="utf-8")
    return [statement for statement in sqlglot.parse(text, read=dialect) if statement]


def query(script: str, engine: str) -> exp.Expr:
    """The one query of a file, to stand in another; its names are bound there."""
    (found,) = parsed(script, engine)
    return found


@lru_cache(maxsize=8)
def projections(script: str, engine: str) -> Mapping[str, exp.Expr]:
    """What the query of a file selects, by its name, with its `:name`s unbound."""
    return {column.alias: column.this for column in query(script, engine).expressions}
