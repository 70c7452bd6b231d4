"""Statements that are parsed and translated again and again: each once.

The tests send the same texts over and over, alike but for days, moments and ids, and fakesnow
translates each in some sixty passes.
What a statement is or becomes is not decided here.
"""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import sqlglot
from fakesnow import dialect
from sqlglot import exp

Translate = Callable[[Any, exp.Expr, Any], exp.Expr]

ALIKE = (exp.Query, exp.Insert, exp.Update, exp.Delete)
"""What is translated alike wherever it is sent again, and changed by nobody who executes it."""
MOST = 2_000

DAY = r"(?:19|20)\d\d-\d\d-\d\d"
MOMENT = rf"{DAY} \d\d:\d\d:\d\d\.\d{{6}}"
ID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
PASSING = re.compile(f"(?<!')'({DAY}|{MOMENT}|{ID})'(?!')")
"""Literals that are others at each run. In their place stand ones of the same form, so that nothing
is said in another way for them. One in quotes within a text is that text's."""
STANDS_IN = re.compile(
    r"'(?:(11\d\d-\d\d-\d\d)|1111-11-11 11:11:11\.\d{2}(\d{4})|11111111-(?:1{4}-){3}1{8}(\d{4}))'"
)
FIRST_DAY = date(1100, 1, 1)
"""Of the days that stand in, one for each number."""

_now = threading.local()


def _stand_in(value: str, number: int) -> str:
    if " " in value:
        return f"1111-11-11 11:11:11.11{number:04}"
    if re.fullmatch(DAY, value):
        return str(FIRST_DAY + timedelta(days=number))
    return f"11111111-1111-1111-1111-11111111{number:04}"


def _number(stands_in: "re.Match[str]") -> int:
    if day := stands_in[1]:
        return (date.fromisoformat(day) - FIRST_DAY).days
    return int(stands_in[2] or stands_in[3])


def shape_of(text: str) -> tuple[str, Sequence[str]]:
    """A text with stand-ins for what passes, and what that was."""
    found = [*dict.fromkeys(PASSING.findall(text))]
    if not found or STANDS_IN.search(text):
        return text, ()
    return _replaced(text, _stand_ins(found)), found


def _stand_ins(values: Sequence[str]) -> Mapping[str, str]:
    return {value: _stand_in(value, number) for number, value in enumerate(values)}


def _replaced(text: str, stand_ins: Mapping[str, str]) -> str:
    return PASSING.sub(lambda m: f"'{stand_ins[m[1]]}'", text)


def filled(text: str, values: Sequence[str]) -> str:
    """A text with these values again in place of their stand-ins."""
    if not values:
        return text
    return STANDS_IN.sub(lambda m: f"'{values[_number(m)]}'", text)


@lru_cache(MOST)
def _parsed(command: str) -> exp.Expr:
    return dialect.parse_one(command)


def parsed_once(command: str) -> exp.Expr:
    """A statement; one that is sent again is the same object, with what passes left out."""
    shape, values = shape_of(command)
    expression = _parsed(shape)
    if isinstance(expression, ALIKE):
        _now.values = values
        return expression
    return dialect.parse_one(command) if values else expression.copy()


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
            kept[key] = expression, _said_once(translate(cursor, expression, params))
        return kept[key][1]

    return translated


def describe_last_once(cursor: Any) -> Any:
    """`FakeSnowflakeCursor._describe_last_sql`, which parses no text again."""
    shape, _now.values = shape_of(f"DESCRIBE {cursor._last_sql}")
    with cursor._conn.cursor() as another:
        another._execute(_described(shape), cursor._last_params)
        return another.fetchall()


@lru_cache(MOST)
def _described(command: str) -> exp.Expr:
    return _said_once(sqlglot.parse_one(command, read="duckdb"))


def _said_once(expression: exp.Expr) -> exp.Expr:
    """The same, with a `sql` that is generated once, and has what passes in it again."""
    said: dict[str, str] = {}

    def sql(dialect: Any = None, **how: Any) -> str:
        key = repr((dialect, how))
        if key not in said:
            said[key] = type(expression).sql(expression, dialect, **how)
        return filled(said[key], _now.values)

    expression.sql = sql  # type: ignore[assignment]
    return expression
