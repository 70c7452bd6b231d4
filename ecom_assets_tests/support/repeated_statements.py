"""Statements that the Snowflake double is sent again and again: parsed once and translated once.

The tests send the same texts over and over, and fakesnow translates each in some sixty passes,
which would take most of the double's time. What a statement becomes is not decided here.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fakesnow import dialect
from sqlglot import exp

Translate = Callable[[Any, exp.Expr, Any], exp.Expr]

ALIKE = (exp.Query, exp.Insert, exp.Update, exp.Delete)
"""What is translated alike wherever it is sent again, and changed by nobody who executes it."""
MOST = 2_000


@lru_cache(MOST)
def _parsed(command: str) -> exp.Expr:
    return dialect.parse_one(command)


def parsed_once(command: str) -> exp.Expr:
    """A statement; one that is sent again is the same object."""
    expression = _parsed(command)
    return expression if isinstance(expression, ALIKE) else expression.copy()


def translated_once(translate: Translate) -> Translate:
    """A translation that does not translate a statement of `parsed_once` again.

    Args:
        translate: for a cursor, a statement and its parameters, the statement for DuckDB.
    """
    # with each what it was made of, whose id nothing else can have as long as it is kept
    kept: dict[tuple[int, str | None, str | None], tuple[exp.Expr, exp.Expr]] = {}

    def translated(cursor: Any, expression: exp.Expr, params: Any) -> exp.Expr:
        if params or not isinstance(expression, ALIKE):
            return translate(cursor, expression, params)
        key = (id(expression), cursor._conn.database, cursor._conn.schema)
        if key not in kept:
            if len(kept) >= MOST:
                kept.clear()
            kept[key] = expression, translate(cursor, expression, params)
        return kept[key][1]

    return translated
