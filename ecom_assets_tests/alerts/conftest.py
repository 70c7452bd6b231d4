"""For the alerts an instance on files, and a receiver."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets_tests.conftest import Pipeline
from ecom_assets_tests.support.receivers import Receiver, receiving


@pytest.fixture
def on_files(tmp_path: Path) -> Iterator[Pipeline]:
    """A pipeline on an instance as `dagster.yaml` has it: SQLite, with a file for each run."""
    (tmp_path / "dagster").mkdir()
    with dg.instance_for_test(temp_dir=str(tmp_path / "dagster")) as instance:
        yield Pipeline(tmp_path, instance)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A web hook that takes alerts."""
    with receiving() as started:
        yield started
