"""Settings of their own for what the doctor looks at."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ecom_assets.settings import PROJECT_ROOT

Set = Callable[..., None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Set:
    """Set variables; all of ours that are set elsewhere are gone, and Dagster has a home."""
    for name in list(os.environ):
        if name.startswith(("ECOM_", "SNOWFLAKE_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr("ecom_assets.settings.PROJECT_ROOT", tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(PROJECT_ROOT / "dagster.yaml", home)
    monkeypatch.setenv("DAGSTER_HOME", str(home))

    def set_all(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, str(value))

    set_all(ECOM_DUCKDB_PATH=tmp_path / "w.duckdb", ECOM_LANDING=tmp_path / "landing")
    return set_all
