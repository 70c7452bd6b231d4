"""Nothing that the documentation names is dead: links, commands, files, settings, SQL."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlglot

from ecom_assets.settings import PROJECT_ROOT, Settings, SnowflakeSettings, variables
from ecom_assets.steps import HELD_DAYS_TAG
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets_tests.docs.markdown import PAGES, Page
from ecom_assets_tests.support.dev_server import BIN

OURS = ("py", "sql", "md", "yaml", "yml", "cfg", "lock", "html", "png")
"""Suffixes of files that are the project's own when they are named; `.toml` may be Snowflake's."""
NO_FILES = ("data/", "sales_report.html", HELD_DAYS_TAG)
"""What runs make, and what only looks like a path."""
RESERVED = {"call", "class", "click", "default", "end", "flowchart", "graph", "href", "style"}
"""Words that Mermaid does not take as the name of a box."""


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_no_link_is_dead(page: Page) -> None:
    for link in page.links:
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.path.parent / path).resolve() if path else page.path
        assert target.exists(), f"{page}: {link}"
        if anchor:
            assert anchor in Page(target).anchors, f"{page}: {link}"


def test_every_page_is_listed_in_the_documentation() -> None:
    (index,) = [page for page in PAGES if str(page) == "docs/README.md"]
    listed = {(index.path.parent / link.partition("#")[0]).resolve() for link in index.links}
    for page in PAGES:
        if page.path.parent == index.path.parent and page is not index:
            assert page.path in listed, f"docs/README.md does not list {page}"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_exists(page: Page) -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text()
    for code in page.code:
        for verb in re.findall(r"(?:^|[\n;&] *|=\S+ )make ([a-z][a-z-]*)", code):
            assert re.search(rf"(?m)^{verb}:.*## ", makefile), f"{page}: make {verb}"
        for module in re.findall(r"-m (ecom_assets[\w.]*)", code):
            assert find_spec(module), f"{page}: {module}"
        for program in re.findall(r"\.venv/bin/(\w+)", code):
            assert (BIN / program).exists(), f"{page}: {program}"
        for marker in re.findall(r"pytest -m (\w+)", code):
            assert f'"{marker}: ' in (PROJECT_ROOT / "pyproject.toml").read_text(), marker


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_file_exists(page: Page) -> None:
    for span in page.spans:
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", span) or span.startswith(NO_FILES):
            continue
        if "/" in span or span.rpartition(".")[2] in OURS:
            assert any(_candidates(span, page)), f"{page}: {span}"


def _candidates(name: str, page: Page) -> Iterator[Path]:
    for folder in (".", page.path.parent, "ecom_assets", "ecom_assets_tests"):
        if (PROJECT_ROOT / folder / name).exists():
            yield PROJECT_ROOT / folder / name
    if "/" not in name:
        for folder in ("ecom_assets", "ecom_assets_tests", "deploy"):
            yield from (PROJECT_ROOT / folder).rglob(name)


def test_every_setting_is_one() -> None:
    names = r"\b(?:ECOM|SNOWFLAKE)_[A-Z_]*[A-Z]\b"
    of_tests = (PROJECT_ROOT / "ecom_assets_tests" / name for name in ("live", "support"))
    tests = [path.read_text() for folder in of_tests for path in folder.glob("*.py")]
    known = {*variables(Settings).values(), *variables(SnowflakeSettings).values()}
    known |= set(re.findall(names, "".join(tests)))
    for page in PAGES:
        assert set(re.findall(names, page.text)) <= known, page


def test_the_sql_of_the_documentation_runs(tmp_path: Path) -> None:
    scripts = {
        code: page
        for page in PAGES
        for code in page.blocks("sql")
        if "staging." in code or "raw." in code or "analytics." in code
    }
    assert len(scripts) > 5
    with DuckDBWarehouse(tmp_path / "w.duckdb").session(Purpose("test", "run"), print):
        pass
    import duckdb

    with duckdb.connect(tmp_path / "w.duckdb") as connection:
        for script, page in scripts.items():
            assert sqlglot.parse(script, read="snowflake"), f"{page}: {script}"
            if not script.startswith("-- Snowflake only"):
                connection.execute(script)


@pytest.mark.parametrize("page", [page for page in PAGES if page.blocks("mermaid")], ids=str)
def test_no_box_of_a_diagram_has_a_name_that_mermaid_reserves(page: Page) -> None:
    for diagram in page.blocks("mermaid"):
        boxes = set(re.findall(r"\w+(?=\[|\{|\()|\w+(?= -->)|(?<=--> )\w+", diagram))
        assert boxes
        assert not boxes & RESERVED, page
