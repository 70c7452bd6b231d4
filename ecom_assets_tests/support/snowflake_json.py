"""What Snowflake's functions on VARIANT do, for the double: paths, lists, LATERAL FLATTEN.

Follows Snowflake's documentation of GET_PATH, GET, FILTER, REDUCE, FLATTEN, TYPEOF, IS_ARRAY and
ARRAY_SIZE; nothing else of these is taken. What a number becomes, and what else than JSON is taken
for JSON, is not documented: both are as public tests say that an account answered (the repository
mlorek/frostlake). A number of more than 38 digits is a DOUBLE by the documentation of PARSE_JSON.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlglot import exp, parse_one

MARK = "a number of the double: "
"""Stands before the digits of a number while they are a string."""
_MARKED = re.compile(f'"{MARK}([^"]*)"')

MISSING = object()
"""There is nothing, not even a null."""


def value_text(document: str | None, path: str) -> str | None:
    """The value at a path, as a VARIANT cast to VARCHAR is."""
    found = _at(document, path)
    if found is None or found is MISSING:
        return None
    if isinstance(found, str):
        return _number_text(found[len(MARK) :]) if found.startswith(MARK) else found
    if isinstance(found, bool):
        return "true" if found else "false"
    return _written(found)


def _is_double(number: str) -> bool:
    return "e" in number.lower() or sum(c.isdigit() for c in number) > 38


def _number_text(number: str) -> str:
    if _is_double(number):
        return f"{float(number):.15g}".replace("inf", "Infinity")
    text = number.rstrip("0").rstrip(".") if "." in number else number
    return "0" if text == "-0" else text


def kind(document: str | None, path: str) -> str | None:
    """TYPEOF the value at a path."""
    found = _at(document, path)
    if found is MISSING:
        return None
    if isinstance(found, str):
        if not found.startswith(MARK):
            return "VARCHAR"
        number = found[len(MARK) :]
        if _is_double(number):
            return "DOUBLE"
        return "DECIMAL" if "." in _number_text(number) else "INTEGER"
    kinds = {dict: "OBJECT", list: "ARRAY", bool: "BOOLEAN", type(None): "NULL_VALUE"}
    return kinds[type(found)]


def part(document: str | None, path: str) -> str | None:
    """The JSON at a path."""
    found = _at(document, path)
    return None if found is MISSING else _written(found)


def elements(document: str | None) -> list[str] | None:
    """The JSON of each element of a list; None of what is no list."""
    found = _at(document, "[]")
    return [_written(one) for one in found] if isinstance(found, list) else None


def _at(document: str | None, path: str) -> Any:
    if document is None:
        return MISSING
    found = _read(document)
    for step in _steps_of(path):
        if isinstance(step, int):
            found = found[step] if isinstance(found, list) and step < len(found) else MISSING
        else:
            found = found.get(step, MISSING) if isinstance(found, dict) else MISSING
    return found


@lru_cache(maxsize=64)  # the values of a line are asked for one after another
def _read(document: str) -> Any:
    return json.loads(document, parse_int=MARK.__add__, parse_float=MARK.__add__)


@lru_cache(maxsize=1_000)
def _steps_of(path: str) -> Any:
    return json.loads(path)


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
        |(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]*)(?:[eE][+-]?[0-9]+)?)
            (?![A-Za-z0-9_.+-]))
        |(?P<word>[+-]?[A-Za-z_][A-Za-z0-9_]*)
        |(?P<mark>[]{}[,:])
    )""",
    re.VERBOSE,
)
_WORDS = {
    *["true", "false", "null", "undefined", "nan", "+nan"],
    *(f"{sign}{word}" for sign in ("", "+", "-") for word in ("inf", "infinity")),
}


def check_json(text: str | None) -> str | None:
    """What is wrong with a text as JSON; None where PARSE_JSON takes it, or it is blank.

    It takes commas behind the last element and in a row, names without quotes or in single ones,
    words in any case, NaN and Infinity, leading zeros and plus signs, bare points, control
    characters and unknown escapes in strings.
    """
    if text is None or not text.strip(" \t\n\r"):
        return None
    open_marks: list[str] = []
    names: list[set[str]] = []
    awaited, position, end = "value", 0, len(text.rstrip(" \t\n\r"))
    while position < end:
        token = _TOKEN.match(text, position)
        if token is None or awaited == "nothing":
            return f"garbage after valid input document, pos {position}"
        kind, word = str(token.lastgroup), token[str(token.lastgroup)]
        position = token.end()
        if awaited == "name" and kind in ("string", "word") and word[0] not in "+-":
            name = json.loads(word, strict=False) if _is_string(word) else word.strip("'")
            if name in names[-1]:
                return f"duplicate object attribute, pos {position}"
            names[-1].add(name)
            awaited = "colon"
        elif awaited == "colon" and word == ":":
            awaited = "value"
        elif awaited in ("value", "element") and kind != "mark":
            if kind == "word" and word.lower() not in _WORDS:
                return f"unknown keyword {word!r}, pos {position}"
            awaited = "comma" if open_marks else "nothing"
        elif awaited in ("value", "element") and word in ("[", "{"):
            open_marks.append(word)
            names.append(set())
            awaited = "name" if word == "{" else "element"
        elif word in ("]", "}") and open_marks and awaited in ("comma", "name", "element"):
            if open_marks.pop() != {"]": "[", "}": "{"}[word]:
                return f"misplaced {word!r}, pos {position}"
            names.pop()
            awaited = "comma" if open_marks else "nothing"
        elif word == "," and awaited in ("comma", "element"):
            awaited = "name" if open_marks[-1] == "{" else "element"
        else:
            return f"misplaced {word!r}, pos {position}"
    return None if awaited == "nothing" else "incomplete JSON"


def _is_string(word: str) -> bool:
    try:
        json.loads(word, strict=False)
    except ValueError:  # an unknown escape
        return False
    return word.startswith('"')


FUNCTIONS: Sequence[tuple[str, Any, int, str]] = [
    ("value_text", value_text, 2, "VARCHAR"),
    ("kind", kind, 2, "VARCHAR"),
    ("part", part, 2, "VARCHAR"),
    ("elements", elements, 1, "VARCHAR[]"),
]


def _written(value: Any) -> str:
    """Its JSON, numbers as they were. Not by recursion of its own, for documents may be deep."""
    return _MARKED.sub(r"\1", json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def translated(statement: exp.Expr) -> exp.Expr:
    """A statement with these functions in DuckDB's words; what is inside of one comes first."""
    whole = statement.copy()
    for node in reversed(list(whole.walk(bfs=True))):
        new = _translated(node)
        if new is not None:
            node.replace(new)
    return whole


def _translated(node: exp.Expr) -> exp.Expr | None:
    if isinstance(node, exp.Cast) and node.to.is_type("varchar", "text"):
        inner = node.this.unnest()
        if isinstance(inner, exp.Anonymous) and inner.name == "part":
            return _function("value_text", *inner.expressions)
        return _function("value_text", inner, NOWHERE) if inner.meta.get("document") else None
    if isinstance(node, exp.Typeof):
        inner = node.this.unnest()
        if isinstance(inner, exp.Anonymous) and inner.name == "part":
            return _function("kind", *inner.expressions)
        return _function("kind", inner, NOWHERE)
    if isinstance(node, exp.JSONExtract):
        return _function("part", node.this, _steps(node))
    if isinstance(node, exp.JSONExtractScalar):
        return _function("value_text", node.this, _steps(node))
    if isinstance(node, exp.GetExtract):
        new = _element(node)
        new.meta["document"] = True
        return new
    if isinstance(node, exp.Reduce):
        return _reduced(node)
    if isinstance(node, exp.Lateral):
        return _flattened(node)
    if isinstance(node, exp.IsArray):
        return _bind("coalesce(json_type(:d) = 'ARRAY', false)", d=node.this)
    if isinstance(node, exp.Anonymous) and node.name.lower() in ("is_object", "is_boolean"):
        kind = exp.Literal.string(node.name.upper().removeprefix("IS_"))
        return exp.paren(exp.EQ(this=_function("json_type", *node.expressions), expression=kind))
    if isinstance(node, exp.ArraySize):
        return _function("json_array_length", node.this)
    return None


NOWHERE = exp.Literal.string("[]")


def _steps(extract: exp.Expr) -> exp.Expr:
    path = extract.expression
    steps = [
        part.this
        for part in (path.expressions if isinstance(path, exp.JSONPath) else [])
        if not isinstance(part, exp.JSONPathRoot)
    ]
    return exp.Literal.string(json.dumps(steps))


def _element(get: exp.Expr) -> exp.Expr:
    """GET of a list, or of what FILTER leaves of one."""
    source = get.this.unnest()
    if not isinstance(source, exp.ArrayFilter):
        return _bind("elements(:l)[:i + 1]", l=get.this, i=get.expression)
    equal = source.expression.this
    assert isinstance(equal, exp.EQ), equal.sql()
    key = equal.this.expressions[1]  # translated already: value_text(e, key)
    return _bind(
        "(select one.e from (select unnest(elements(:l)) as e) as one"
        " where value_text(one.e, :k) = :t limit 1)",
        l=source.this,
        k=key,
        t=equal.expression,
    )


def _reduced(reduce: exp.Expr) -> exp.Expr:
    """REDUCE(list, 0, (total, e) -> total + amount of e)."""
    function = reduce.args["merge"]
    total, element = function.expressions
    added = function.this
    assert isinstance(added, exp.Add), function.sql()
    assert added.this.name == total.name, function.sql()
    amount = added.expression.transform(
        lambda one: (
            exp.column("e", table="one")
            if isinstance(one, exp.Identifier) and one.name == element.name
            else one
        )
    )
    return _bind(
        "(select case when count(*) = count(x) then coalesce(sum(x), 0) end"
        " from (select :a as x from (select unnest(elements(:l)) as e) as one)"
        " as amounts)",
        a=amount,
        l=reduce.this,
    )


def _flattened(lateral: exp.Expr) -> exp.Expr:
    """LATERAL FLATTEN(input => …, outer => true): of what has no elements one row of nulls."""
    named = [lateral.this.this, *lateral.this.expressions]
    arguments = {one.this.name.lower(): one.expression for one in named}
    assert arguments.keys() == {"input", "outer"}, lateral.sql()
    query = _bind(
        "select one.i as index, one.l[one.i + 1] as value from ("
        "select l, unnest(range(greatest(coalesce(len(l), 1), 1))) as i"
        " from (select elements(:l) as l) as given) as one",
        l=arguments["input"],
    )
    alias = exp.TableAlias(this=lateral.args["alias"].this)
    return exp.Lateral(this=exp.Subquery(this=query), alias=alias)


def _bind(sql: str, **values: exp.Expr) -> exp.Expr:
    parsed = parse_one(sql, read="duckdb")
    return parsed.transform(
        lambda one: values[one.name].copy() if isinstance(one, exp.Placeholder) else one
    )


def _function(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[one.copy() for one in arguments])
