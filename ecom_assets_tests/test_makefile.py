"""What the Makefile does before any verb."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ecom_assets.settings import PROJECT_ROOT

MADE_ANEW = "This folder was moved: .venv is made anew."


@pytest.mark.slow
def test_a_moved_folder_makes_its_virtual_environment_anew(tmp_path: Path) -> None:
    here = tmp_path / "a folder"
    here.mkdir()
    shutil.copy(PROJECT_ROOT / "Makefile", here)
    subprocess.run([sys.executable, "-m", "venv", ".venv"], cwd=here, check=True)
    assert MADE_ANEW not in make_help(here)
    assert (here / ".venv").exists()
    there = here.rename(tmp_path / "another")
    assert MADE_ANEW in make_help(there)
    assert not (there / ".venv").exists(), "the next verb that needs it finds none"
    assert MADE_ANEW not in make_help(there)


def make_help(folder: Path) -> str:
    made = subprocess.run(["make", "help"], cwd=folder, capture_output=True, text=True, check=True)
    return made.stdout
