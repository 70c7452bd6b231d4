"""A fresh clone of the project, without data, and what `make` does in it.

It has this environment's programs, so that there is nothing to set up.
"""

import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.support.dev_server import (
    BIN,
    DevServer,
    clean_environment,
    free_port,
    served,
)

FILES = ("Makefile", "workspace.yaml", "dagster.yaml", "setup.cfg", "pyproject.toml")


def cloned(folder: Path) -> Path:
    """Make a folder that holds what a clone does, but for tests and documentation."""
    folder.mkdir()
    for name in FILES:
        shutil.copy(PROJECT_ROOT / name, folder)
    shutil.copytree(PROJECT_ROOT / "ecom_assets", folder / "ecom_assets")
    return folder


def made(command: str) -> list[str]:
    """The words of a command of the README, such as `ECOM_SOURCE=external make dev`."""
    *settings, make, verb = command.split()
    return ["env", *settings, make, "-o", ".venv/ready", f"BIN={BIN}", verb]


def environment_of(clone: Path, **settings: str) -> Mapping[str, str]:
    """What a command in the clone is run with."""
    return clean_environment(PYTHONPATH=str(clone), **settings)


def served_in(clone: Path, command: str, **settings: str) -> AbstractContextManager[DevServer]:
    """`make dev` while it runs."""
    return served(made(command), clone, environment_of(clone, **settings), free_port())
