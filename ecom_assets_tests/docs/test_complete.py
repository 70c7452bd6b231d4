"""The documentation is complete: what there is, it names, in the words of the code."""

import re
from collections.abc import Iterator

import dagster as dg
import pytest

from ecom_assets.definitions import build_definitions
from ecom_assets.model.sales import SALES
from ecom_assets.model.tables import tables
from ecom_assets.reference.__main__ import parts
from ecom_assets.reference.graph import check_specs
from ecom_assets.reference.pages import outdated
from ecom_assets.settings import (
    PROJECT_ROOT,
    Settings,
    SnowflakeSettings,
    read_settings,
    variables,
)
from ecom_assets_tests.docs.markdown import Page

LEAST_WORDS = 5
README = Page(PROJECT_ROOT / "README.md")
RUNBOOK = Page(PROJECT_ROOT / "docs/runbook.md")


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions(read_settings({}))


def test_what_comes_from_the_code_is_as_the_code_says() -> None:
    pages = ", ".join(str(Page(page)) for page in outdated(PROJECT_ROOT, parts()))
    assert not pages, f"run `make docs`, which renews {pages}"


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    table = re.search(r"(?m)^\| name \| default \| meaning \|\n((?:\|.*\n)+)", README.text)
    assert table
    rows = re.findall(r"\| `((?:ECOM|SNOWFLAKE)_[A-Z_]+)` \| (.*) \| .{10,} \|\n", table[1])
    assert {name for name, _ in rows} == {
        name for declared in (Settings, SnowflakeSettings) for name in variables(declared).values()
    }
    texts = {name: text[1:-1] for name, text in rows if re.fullmatch(r"`[^`]+`", text)}
    assert len(texts) > 5
    assert read_settings(texts) == read_settings({})


def test_the_readme_has_every_asset(definitions: dg.Definitions) -> None:
    rows = "".join(line for line in README.text.splitlines(True) if line.startswith("| `"))
    for node in definitions.resolve_asset_graph().asset_nodes:
        assert f"`{node.key.to_user_string()}`" in rows


def test_the_runbook_has_a_section_for_every_check(definitions: dg.Definitions) -> None:
    told: set[tuple[str, str]] = set()
    for heading in RUNBOOK.headings:
        if found := re.fullmatch(r"(\w+) on ((?:\w+, )*\w+(?: and \w+)?)", heading):
            told |= {(found[1], asset) for asset in re.split(r", | and ", found[2])}
    if "A rule on stg_sales_clean" in RUNBOOK.headings:
        told |= {(rule.name, "stg_sales_clean") for rule in SALES.rules}
    specs = check_specs(definitions)
    assert told == {(spec.name, spec.asset_key.to_user_string()) for spec in specs}


def test_every_verb_of_make_is_explained() -> None:
    verbs = set(re.findall(r"(?m)^([a-z-]+):.*## ", (PROJECT_ROOT / "Makefile").read_text()))
    contributing = Page(PROJECT_ROOT / "CONTRIBUTING.md").text
    assert set(re.findall(r"(?m)^\| `make ([a-z-]+)` \|", contributing)) == verbs - {"help"}


def test_whatever_is_in_the_ui_says_what_it_is(definitions: dg.Definitions) -> None:
    nodes = definitions.resolve_asset_graph().asset_nodes
    said: dict[str, str | None] = {
        **{f"{table}.{c.name}": c.description for table, cs in tables().items() for c in cs},
        **{field.name: field.description for field in SALES.fields},
        **{str(node.key): node.description for node in nodes},
        **{str(spec.key): spec.description for spec in check_specs(definitions)},
        **dict(_plain(definitions)),
    }
    for name, description in said.items():
        least = 3 if "." in name or name in {f.name for f in SALES.fields} else LEAST_WORDS
        assert len((description or "").split()) >= least, name


def test_descriptions_that_the_ui_shows_as_they_are_hold_no_markdown(
    definitions: dg.Definitions,
) -> None:
    for name, description in _plain(definitions):
        assert not re.search(r"[`*\[\]]", description), name


def _plain(definitions: dg.Definitions) -> Iterator[tuple[str, str]]:
    """Jobs, sensors and schedules."""
    repository = definitions.get_repository_def()
    for job in repository.get_all_jobs():
        if not job.name.startswith("__"):
            yield job.name, job.description or ""
    for sensor in repository.sensor_defs:
        yield sensor.name, sensor.description or ""
    for schedule in repository.schedule_defs:
        yield schedule.name, schedule.description or ""
