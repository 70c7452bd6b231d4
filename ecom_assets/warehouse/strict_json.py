"""JSON by RFC 8259 and nothing else, as Snowflake's SQL.

PARSE_JSON takes more for JSON than JSON is: commas behind the last element and in a row, names
without quotes, NaN, leading zeros, unknown escapes. DuckDB has an `is_json` of its own for the
same reason; of both engines a line gets the same verdict.

All functions are among those that a COPY transformation is documented to support ("Transforming
data during a load"), which COALESCE, NOT, AND and IS NULL are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecom_assets.warehouse.expressions import literal

if TYPE_CHECKING:
    from sqlglot import exp

_HEX = "[0-9a-fA-F]"
_ESCAPE = (
    r'\\(["\\/bfnrt]|u('
    f"[0-9abcefABCEF]{_HEX}{_HEX}{_HEX}|[dD][0-7]{_HEX}{_HEX}"
    # the two halves of a pair, of which one alone is no character
    rf"|[dD][89abAB]{_HEX}{_HEX}\\u[dD][c-fC-F]{_HEX}{_HEX}))"
)
STRING = f'"([^"\\\\\x01-\x1f]|{_ESCAPE})*"'
SPACE = "[ \t\n\r]+"
SCALAR = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false|null"
WRONG = """["0]["0]|0:|[{:,[],|,[]}]|[^]{}:,"0[]"""
"""What is left of a line that is JSON by mistake, once each string is a `\"` and each other scalar
a `0`: two values in a row, a name that is no string, a comma without a value on one of its sides,
and any character but brackets, colons and commas. That brackets match, and that a colon has
something on both sides, PARSE_JSON itself sees to. POSIX extended expressions, as Snowflake's."""


def strict_json(text: exp.Expr) -> exp.Expr:
    """The VARIANT that a text is; null where it is no JSON, or blank."""
    from sqlglot import exp

    # a NUL is a control character as well, but no pattern should have one in it
    shape: exp.Expr = exp.Replace(
        this=text.copy(),
        expression=exp.Anonymous(this="chr", expressions=[literal(0)]),
        replacement=exp.Anonymous(this="chr", expressions=[literal(1)]),
    )
    for pattern, left in ((STRING, '"'), (SPACE, ""), (SCALAR, "0")):
        shape = exp.RegexpReplace(
            this=shape, expression=literal(pattern), replacement=literal(left)
        )
    wrong = exp.RegexpExtract(this=shape, expression=literal(WRONG))
    why_not = _nvl(_nvl(exp.CheckJson(this=text.copy()), wrong), literal(""))
    parsed = exp.ParseJSON(this=text)
    return exp.Case(this=why_not, ifs=[exp.If(this=literal(""), true=parsed)])


def _nvl(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    from sqlglot import exp

    return exp.Anonymous(this="nvl", expressions=[one, other])  # else it is written as COALESCE
