"""The recipes of CONTRIBUTING.md, performed as they stand there, in a copy of the project.

All at once and some of the tests in the short form; in the long form each by itself, and all of
`make test-fast`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ecom_assets.settings import PROJECT_ROOT

DECLARED = "ecom_assets/model/sales.py"
RECIPES = {
    "Add a field": (DECLARED, r"(_FIELDS = \(.*?\n)(\)\n)"),
    "Add a quality rule": (DECLARED, r"(_RULES = \(.*?\n)(\)\n)"),
    "Add a breakdown": (
        DECLARED,
        r"(SALES = EventStream\(.*?\n)    breakdowns=[^\n]+\n(    customer)",
    ),
    "Add a question": ("ecom_assets/sql/answers/revenue_by_device.sql", None),
}
"""Where the code of each goes: before the second group, or into a file of its own."""

NEEDS = {"Add a breakdown": "Add a field"}

SOME_TESTS = (
    *("ecom_assets_tests/docs", "ecom_assets_tests/generator/test_defects.py"),
    *("ecom_assets_tests/model", "ecom_assets_tests/test_definitions.py"),
    "ecom_assets_tests/warehouse/test_lineage.py",
)
FAST = ("-m", "not slow")
NOT_AGAIN = ("--deselect", "ecom_assets_tests/docs/test_recipes.py")


def code_of(recipe: str) -> str:
    """The first block of code below a heading."""
    text = (PROJECT_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(rf"(?s)\n## {re.escape(recipe)}\n.*?```\w+\n(.*?)```", text)
    assert found, recipe
    return found[1]


def perform(recipe: str, copy: Path) -> None:
    """Put a recipe's code where it belongs."""
    name, place = RECIPES[recipe]
    file = copy / name
    needed = NEEDS.get(recipe)
    if needed and code_of(needed) not in file.read_text(encoding="utf-8"):
        perform(needed, copy)
    if place is None:
        file.write_text(code_of(recipe), encoding="utf-8")
        return
    text, times = re.subn(
        f"(?s){place}",
        lambda found: found[1] + code_of(recipe) + found[2],
        file.read_text(encoding="utf-8"),
    )
    assert times == 1, recipe
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What git has of the project, as it lies here."""
    for name in run(["git", "ls-files", "-co", "--exclude-standard"], PROJECT_ROOT).split():
        source, target = PROJECT_ROOT / name, tmp_path / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    run(["git", "init", "-q"], tmp_path)
    return tmp_path


def run(command: list[str], folder: Path, **environment: str) -> str:
    """The output of a command that has to succeed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    return done.stdout


def pytest_in(copy: Path, *arguments: str, **environment: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return run(command, copy, **environment)


def renew(copy: Path) -> None:
    """What `make docs` does."""
    run([sys.executable, "-m", "ecom_assets.reference"], copy)
    pytest_in(copy, "ecom_assets_tests/warehouse/test_sql.py", ECOM_UPDATE_GOLDEN="1")


@pytest.mark.slow
def test_all_recipes_at_once_end_with_green_tests(copy: Path) -> None:
    for recipe in RECIPES:
        perform(recipe, copy)
    renew(copy)
    assert "passed" in pytest_in(copy, *FAST, *SOME_TESTS, *NOT_AGAIN)


@pytest.mark.torture
@pytest.mark.parametrize("recipe", RECIPES)
def test_each_recipe_ends_with_green_fast_tests(copy: Path, recipe: str) -> None:
    perform(recipe, copy)
    renew(copy)
    assert "passed" in pytest_in(copy, *FAST, *NOT_AGAIN)
