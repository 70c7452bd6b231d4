"""No SQL is made of text: read from the source, and tried with the worst texts there are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_assets.settings import PROJECT_ROOT
from ecom_assets.warehouse.expressions import literal
from ecom_assets.warehouse.scripts import SQL_FOLDER
from ecom_assets.warehouse.sql import render
from ecom_assets_tests.torture.report import Figures

PACKAGE = PROJECT_ROOT / "ecom_assets"

SENDS = (
    "execute",
    "executemany",
    "execute_async",
    "execute_string",
    "_execute",
    "ask",
    "query",
    "_run",
)
"""Methods whose first argument is SQL."""
MAKES_SQL = ("add_column", "render", "render_table", "statements", "_queries", "_statements")
"""Functions whose answer is SQL that was bound on the parsed statement or, in the set-up, filled
with names that have been checked."""
EXCEPTIONS = {
    # LIST is a command that sqlglot does not parse; what is filled in is a date and nothing else
    "doctor/snowflake.py": {"f\"list '@raw.sales_landing/dt={settings.start_date:%Y-%m-%d}/'\""},
    # what `_run` is called with, which is looked at where it is called; and, in `rewrite`, a path
    # and a name that sqlglot has quoted
    "warehouse/duckdb.py": {"statement"},
    # an executor of Dagster's, and what that executes
    "stopping.py": {"plan_context"},
    # to Dagster's own tables, put together by SQLAlchemy, which binds; and names of tables
    "stored_texts.py": {"update", "select", "page", "page.where(key > rows[-1][key.name])"},
}


def sent() -> Iterator[tuple[Path, ast.FunctionDef, ast.expr]]:
    """Each expression that is sent to a warehouse as SQL, with the function it stands in."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for call in ast.walk(function):
                    if (
                        isinstance(call, ast.Call)
                        and isinstance(call.func, ast.Attribute)
                        and call.func.attr in SENDS
                        and call.args
                    ):
                        yield path, function, call.args[0]


def is_bound(said: ast.expr, function: ast.FunctionDef) -> bool:
    """Whether an expression is a constant, or made by what binds values."""
    if isinstance(said, ast.Constant):
        return True
    if isinstance(said, ast.List):
        return all(is_bound(each, function) for each in said.elts)
    if isinstance(said, ast.Call):
        return isinstance(said.func, ast.Name) and said.func.id in MAKES_SQL
    if isinstance(said, ast.Name):
        if function.name in SENDS and said.id == "statement":
            return True  # what it was called with, which is looked at where it is called
        made = [loop.iter for loop in loops(function) if _sets(loop, said.id)]
        return bool(made) and all(is_bound(each, function) for each in made)
    return False


def loops(function: ast.FunctionDef) -> Iterator[ast.For]:
    yield from (node for node in ast.walk(function) if isinstance(node, ast.For))


def _sets(loop: ast.For, name: str) -> bool:
    return isinstance(loop.target, ast.Name) and loop.target.id == name


def test_what_is_sent_as_sql_is_a_constant_or_bound(figures: Figures) -> None:
    found = list(sent())
    assert len(found) >= 9, "the warehouses send some"
    for path, function, said in found:
        figures.count("inputs tried")
        name = path.relative_to(PACKAGE).as_posix()
        assert is_bound(said, function) or ast.unparse(said) in EXCEPTIONS.get(name, ()), (
            f"{name}, line {said.lineno}: {ast.unparse(said)}"
        )


def test_a_file_of_sql_has_no_hole_but_its_names() -> None:
    for path in SQL_FOLDER.rglob("*.sql"):
        assert not re.search(
            r"\{\{|\{%[- ]|%s|%\(|\$\{|identifier\(|immediate\b", path.read_text().lower()
        ), path


HOSTILE = [
    *("'", "''", "\\", "\\'", "\\\\'", "'; drop table raw.raw_sales; --", '"', "$$", "$$ || $$"),
    *("/* ' */ '", "-- '", ":name", "?", "%s", "{{x}}", "\x00", "\n'\r\n", "\u2019", "\u02bc"),
    *("\\u0027; select 1 --", "\\x27", "\\047", "' || current_user() || '", "\ud83d\ude00"),
]
TEXTS = st.one_of(
    st.sampled_from([one for one in HOSTILE if one.isprintable()]),
    st.text(st.sampled_from("'\\\"$;-/* nx07u%:?{}"), max_size=12),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
)


def read_by_snowflake(sql: str) -> str:
    """The text of a string constant, by Snowflake's documentation ("String & binary data types",
    single-quoted string constants); fails where the constant ends before the SQL does."""
    assert sql[0] == "'"
    text, at = "", 1
    while at < len(sql) - 1:
        found = _PIECE.match(sql, at, len(sql) - 1)
        assert found, f"ends early: {sql!r}"
        piece, at = found[0], found.end()
        if piece[:2] in ("\\x", "\\u"):
            text += chr(int(piece[2:], 16))
        else:
            text += _SIMPLE.get(piece, piece[-1])
    assert sql[at:] == "'", f"has no end: {sql!r}"
    return text


_PIECE = re.compile(r"[^'\\]|''|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\[^ux0-7]|\\0(?![0-7])", re.DOTALL)
_SIMPLE = {f"\\{letter}": meant for letter, meant in zip("bfnrt0", "\b\f\n\r\t\0", strict=True)}


def test_a_text_stays_that_text_on_both_engines(figures: Figures, torture: bool) -> None:
    connection = duckdb.connect()

    @settings(max_examples=20_000 if torture else 100, deadline=None, derandomize=not torture)
    @given(TEXTS)
    def stays(text: str) -> None:
        figures.count("inputs tried")
        assert read_by_snowflake(literal(text).sql(dialect="snowflake")) == text
        (found,) = connection.execute(f"select {literal(text).sql(dialect='duckdb')}").fetchall()
        assert found == (text,)

    stays()
    connection.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_no_sql_is_made_of_a_file_s_name(name: str) -> None:
    (sql,) = render(
        "snowflake/load_lines",
        "snowflake",
        file_names=[literal("harmless"), literal(name)],
        name_start=1,
        day_start=4,
        load_id="load",
        loaded_at=None,
        on_error="SKIP_FILE",
    )
    (harmless,) = render(
        "snowflake/load_lines",
        "snowflake",
        file_names=[literal("harmless"), literal("other")],
        name_start=1,
        day_start=4,
        load_id="load",
        loaded_at=None,
        on_error="SKIP_FILE",
    )
    before, _, after = harmless.partition("'other'")
    assert sql.startswith(before)
    assert sql.endswith(after)
    assert read_by_snowflake(sql[len(before) : len(sql) - len(after)]) == name
