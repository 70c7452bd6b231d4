"""What is installed: exactly what is locked, and all of it."""

import ast
import configparser
import os
import re
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ecom_assets.settings import PROJECT_ROOT

LOCKS = [
    *("requirements.lock", "requirements-dev.lock"),
    *("deploy/requirements.lock", "deploy/requirements-image.lock"),
]


def pins(path: Path) -> dict[str, str]:
    """The versions of a lock file, which holds nothing else."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        matched = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)", line)
        assert matched, f"{path.name}: {line}"
        found[canonicalize_name(matched[1])] = matched[2]
    return found


ALL = {name: version for lock in LOCKS for name, version in pins(PROJECT_ROOT / lock).items()}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_each_package_once_with_its_version_and_no_place(lock: str) -> None:
    lines = (PROJECT_ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert len(pins(PROJECT_ROOT / lock)) == len(lines)
    assert "//" not in "".join(lines)


def direct() -> list[Requirement]:
    """What the project asks for, with its extras."""
    config = configparser.ConfigParser()
    config.read(PROJECT_ROOT / "setup.cfg")
    said = config["options"]["install_requires"]
    for extra in config["options.extras_require"].values():
        said += f"\n{extra}"
    return [Requirement(line) for line in said.splitlines() if line.strip()]


def test_all_that_is_asked_for_is_locked_within_its_range() -> None:
    for wanted in direct():
        assert ALL[canonicalize_name(wanted.name)] in wanted.specifier, wanted
        assert wanted.url is None


def test_what_is_imported_is_asked_for_and_what_is_asked_for_is_needed() -> None:
    """A package that another one happens to bring may be gone with its next version."""
    config = configparser.ConfigParser()
    config.read(PROJECT_ROOT / "setup.cfg")
    said = config["options"]["install_requires"].splitlines()
    asked = {canonicalize_name(Requirement(line).name) for line in said if line.strip()}
    brought_by = packages_distributions()
    imported: dict[str, set[str]] = {}
    for path in (PROJECT_ROOT / "ecom_assets").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            for name in names:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names and top != "ecom_assets":
                    imported[top] = {canonicalize_name(one) for one in brought_by[top]}
    for name, distributions in imported.items():
        assert distributions & asked, f"{name} is imported and not asked for"
    # the UI, which is started; and what pyarrow needs to call functions of ours
    not_imported = asked - {one for found in imported.values() for one in found}
    assert not_imported == {"dagster-webserver", "numpy"}


def test_nothing_is_installed_that_is_not_locked() -> None:
    """pip takes the newest of whatever a package needs and no lock names."""
    missing = set()
    for name in {**pins(PROJECT_ROOT / LOCKS[0]), **pins(PROJECT_ROOT / LOCKS[1])}:
        try:
            needs = [Requirement(text) for text in requires(name) or ()]
        except PackageNotFoundError:
            continue
        missing |= {
            f"{name} needs {needed.name}"
            for needed in needs
            if (needed.marker is None or needed.marker.evaluate({"extra": ""}))
            and canonicalize_name(needed.name) not in {*ALL, "setuptools", "pip"}
        }
    assert missing == set()


def test_the_project_holds_no_key_and_no_token() -> None:
    told = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{32}|\bAKIA(?!TEST)[A-Z0-9]{16}\b"
        r"|\bASIA[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30}|\bxox[abpr]-[A-Za-z0-9-]{20}"
    )
    looked_at = 0
    for folder, folders, names in os.walk(PROJECT_ROOT):
        folders[:] = [f for f in folders if f not in ("data", "build") and f[0] not in "._"]
        for name in names:
            path = Path(folder, name)
            if name != ".env" and path.suffix != ".png":
                assert not told.search(path.read_text("utf-8", "replace")), path
                looked_at += 1
    assert looked_at > 200


def test_git_ignores_what_may_hold_secrets() -> None:
    ignored = (PROJECT_ROOT / ".gitignore").read_text().splitlines()
    assert {".env", "/data/", "/logs/", "/.telemetry/"} <= set(ignored)
    sent = (PROJECT_ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in sent
    assert "**/.env" in sent


def test_what_serves_the_ui_is_bound_to_this_machine() -> None:
    compose = (PROJECT_ROOT / "deploy/compose.yaml").read_text()
    published = re.findall(r'(?m)^\s+- "([^"]*:[0-9]+)"$', compose)
    assert published
    assert all(place.startswith("127.0.0.1:") for place in published)
    chart = (PROJECT_ROOT / "deploy/helm-values.yaml").read_text()
    assert re.search(r"(?m)^ingress:\n  enabled: false$", chart)
    assert "type: ClusterIP" in chart
    assert "LoadBalancer" not in chart
    assert "NodePort" not in chart
