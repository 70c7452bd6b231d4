"""The directions in which modules may know each other, and what loading the project may cost."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from ecom_assets.settings import PROJECT_ROOT

PACKAGE = PROJECT_ROOT / "ecom_assets"

# module or folder -> what else of ours it may import
ALLOWED = {
    "model": {"model"},
    "text": {"text"},
    "setting_types.py": {"model"},
    "settings.py": {"model", "setting_types", "text"},
    "partitions.py": set(),
    "steps.py": {"landing", "partitions", "warehouse"},
    "stopping.py": {"steps"},
    "retention.py": set(),
    "stored_texts.py": {"partitions", "pipeline"},
    "erasure.py": {"landing", "model", "pipeline", "stopping", "stored_texts", "text"}
    | {"warehouse"},
    "instance.py": {"stopping"},
    "logs.py": set(),
    "generator": {"model", "generator"},
    "landing": {"landing", "text"},
    "warehouse": {"warehouse", "landing", "model", "settings", "text"},
    "pipeline": {"pipeline", "landing", "model", "partitions", "warehouse"},
    "sampling": {"sampling", "landing", "model", "partitions", "pipeline", "warehouse"},
    "report": {"report", "model", "pipeline", "text", "warehouse"},
    "setup": {"setup", "model", "settings", "text", "warehouse"},
    "checks": {"checks", "landing", "model", "partitions", "pipeline", "steps", "text"}
    | {"warehouse"},
    "assets": {"assets", "checks", "erasure", "generator", "landing", "model", "partitions"}
    | {"pipeline", "report", "retention", "settings", "steps", "text", "warehouse"},
    "triggers": {"triggers", "landing", "partitions", "settings", "steps"},
    "alerts": {"alerts", "assets", "landing", "partitions", "pipeline", "settings", "steps"}
    | {"stopping", "text", "triggers", "warehouse"},
    "doctor": {"doctor", "definitions", "landing", "model", "settings", "stopping", "text"}
    | {"warehouse"},
    "reference": {"reference", "assets", "definitions", "model", "settings", "warehouse"},
}
WITHOUT_DAGSTER = (
    *(
        "model",
        "text",
        "setting_types.py",
        "settings.py",
        "generator",
        "landing",
        "warehouse",
        "setup",
    ),
    *("triggers/plan.py", "alerts/outcomes.py"),
)


def modules(part: str) -> Iterator[Path]:
    """The Python files of a module or folder of the package."""
    path = PACKAGE / part
    yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The full names that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def module_of(path: Path) -> str:
    """A file's name as a module."""
    parts = path.relative_to(PROJECT_ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("tree", ["ecom_assets", "benchmarks", "screenshots"])
def test_no_modules_import_each_other_in_a_circle(tree: str) -> None:
    files = {module_of(path): path for path in (PROJECT_ROOT / tree).rglob("*.py")}
    graph = {
        name: {
            found
            for imported in imports(path)
            # a name from a package is its submodule, where it has one
            for found in (imported, imported.rpartition(".")[0])
            if found in files and found != name
        }
        for name, path in files.items()
    }
    for name, found in graph.items():  # a package's face is no module of its own
        graph[name] = {f for f in found if not (f + ".").startswith(f"{name}.")}
    sorter = TopologicalSorter(graph)
    sorter.prepare()  # raises CycleError, which names them


def test_every_module_has_its_place() -> None:
    found = {p.name for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert found - set(ALLOWED) == {"__init__.py", "definitions.py", "commands"}


@pytest.mark.parametrize("part", list(ALLOWED))
def test_nothing_points_back_up(part: str) -> None:
    for path in modules(part):
        for name in imports(path):
            if name.startswith("ecom_assets."):
                assert name.split(".")[1] in ALLOWED[part], f"{path} imports {name}"


@pytest.mark.parametrize("part", WITHOUT_DAGSTER)
def test_what_is_below_the_graph_knows_no_dagster(part: str) -> None:
    for path in modules(part):
        assert not [name for name in imports(path) if name.split(".")[0] == "dagster"], path


def test_the_product_imports_no_tests_and_no_tools() -> None:
    for path in PACKAGE.rglob("*.py"):
        tops = {name.split(".")[0] for name in imports(path)}
        assert not tops & {"ecom_assets_tests", "screenshots"}, path


def test_private_names_of_dagster_stand_in_few_modules() -> None:
    using = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any("._" in name for name in imports(path) if name.startswith("dagster"))
    }
    assert using == {
        *("checks/many_events.py", "checks/per_day.py", "instance.py", "alerts/events.py"),
        *("logs.py", "commands/ui_run.py"),
    }


SNOWFLAKE = {
    **{"ECOM_LANDING": "s3://bucket/prefix", "ECOM_WAREHOUSE": "snowflake"},
    **{f"SNOWFLAKE_{name}": "x" for name in ("ACCOUNT", "USER", "ROLE", "WAREHOUSE", "DATABASE")},
    "SNOWFLAKE_PASSWORD": "x",
}


@pytest.mark.parametrize("chosen", [{}, {"ECOM_LANDING": "s3://bucket/prefix"}, SNOWFLAKE])
def test_loading_the_definitions_imports_nothing_heavy(chosen: dict[str, str]) -> None:
    heavy = [
        *(
            "apprise",
            "babel",
            "boto3",
            "botocore",
            "dagster_aws",
            "dagster_snowflake",
            "duckdb",
            "faker",
            "numpy",
            "pyarrow",
        ),
        *("snowflake.connector", "sqlglot"),
    ]
    code = (
        "import sys, ecom_assets.definitions\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
        env={**os.environ, **chosen},
        check=False,
    )
    assert (result.stdout, result.stderr) == ("[]\n", "")
