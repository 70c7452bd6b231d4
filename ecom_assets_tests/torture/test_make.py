"""`make torture` is a command that pytest takes."""

import os
import subprocess
import sys
from pathlib import Path

from ecom_assets.settings import PROJECT_ROOT


def test_pytest_knows_what_make_torture_asks_for() -> None:
    # options of a conftest are known only where no path is given, and a bare word counts as one
    recipe = subprocess.run(
        ["make", "-n", "torture", f"BIN={Path(sys.executable).parent}"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    (command,) = (line for line in recipe.stdout.splitlines() if "--torture" in line)
    asked = subprocess.run(
        ["sh", "-c", f"{command} --markers"],
        cwd=PROJECT_ROOT,
        env={**os.environ, "SEED": "7"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
