"""What Snowflake's functions on VARIANT do, for the double: paths, lists, LATERAL FLATTEN.

Numbers keep the digits that they were written with. Follows Snowflake's documentation of GET_PATH,
GET, FILTER, REDUCE, FLATTEN, IS_ARRAY and ARRAY_SIZE; nothing else of these is taken.
"""

import json
import re
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
        return found.removeprefix(MARK)
    if isinstance(found, bool):
        return "true" if found else "false"
    return _written(found)


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
    found = json.loads(document, parse_int=MARK.__add__, parse_float=MARK.__add__)
    for step in json.loads(path):
        if isinstance(step, int):
            found = found[step] if isinstance(found, list) and step < len(found) else MISSING
        else:
            found = found.get(step, MISSING) if isinstance(found, dict) else MISSING
    return found


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
