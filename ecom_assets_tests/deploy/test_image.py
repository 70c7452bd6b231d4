"""The image's Python environment: its locks are whole, and what the Dockerfile does makes it.

No container is built here, for that takes a container engine.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from ecom_assets.settings import PROJECT_ROOT

DOCKERFILE = (PROJECT_ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
PYTHON = "python" + re.findall(r"FROM python:(\d\.\d+)-slim AS build", DOCKERFILE)[0]
"""The image's own version."""
BUILD = DOCKERFILE.partition("AS build")[2].partition("\nFROM ")[0]
LOCKS = ("requirements.lock", "deploy/requirements.lock", "deploy/requirements-image.lock")


def locked() -> Mapping[NormalizedName, str]:
    """The packages that the image installs, with their versions."""
    lines = [line for lock in LOCKS for line in (PROJECT_ROOT / lock).read_text().splitlines()]
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def lacking(installed: Sequence[Distribution]) -> Iterator[str]:
    """What `pip check` would say of an environment with these packages and no others."""
    versions = {canonicalize_name(one.metadata["Name"]): one.version for one in installed}
    for one in installed:
        for line in one.requires or ():
            wanted = Requirement(line)
            if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
                continue
            found = versions.get(canonicalize_name(wanted.name))
            if found is None or not wanted.specifier.contains(found, prereleases=True):
                yield f"{one.metadata['Name']} requires {wanted}, the image has {found}"


def test_the_image_s_locks_are_whole(tmp_path: Path) -> None:
    """What the image installs without its dependencies has them all, for each is named."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--no-compile"),
            *("--disable-pip-version-check", "--target", tmp_path, "-r", PROJECT_ROOT / LOCKS[2]),
        ],
        check=True,
    )
    here = [*distributions(path=[str(tmp_path)]), *distributions()]
    by_name = {canonicalize_name(one.metadata["Name"]): one for one in reversed(here)}
    wanted = locked()
    assert wanted.keys() <= by_name.keys(), "a package is not installed here"
    assert {name: by_name[name].version for name in wanted} == wanted
    assert [*lacking([by_name[name] for name in (*wanted, canonicalize_name("ecom-assets"))])] == []
    assert [*lacking([by_name[name] for name in wanted if name != "attrs"])], "aiohttp wants it"


A_DAY = """
import dagster as dg
from ecom_assets.definitions import defs

job = defs.resolve_job_def("sales")
done = job.execute_in_process(
    instance=dg.DagsterInstance.ephemeral(), tags={"dagster/partition": "2026-01-05"}
)
assert done.success
"""


@pytest.mark.torture
@pytest.mark.needs(PYTHON)  # type: ignore[untyped-decorator]
def test_the_dockerfile_s_own_steps_make_an_environment_that_runs_a_day(tmp_path: Path) -> None:
    """The steps of its first stage, one by one, in folders of their own."""
    build, venv = tmp_path / "build", tmp_path / "venv"
    build.mkdir()
    for step in re.findall(r"(?m)^(?:COPY|RUN) (?:.*\\\n)*.*$", BUILD):
        verb, _, said = step.replace("\\\n", " ").partition(" ")
        if verb == "COPY":
            *sources, place = said.split()
            for source in sources:
                to = build / place / (Path(source).name if place.endswith("/") else "")
                to.parent.mkdir(parents=True, exist_ok=True)
                copy = shutil.copytree if (PROJECT_ROOT / source).is_dir() else shutil.copy
                copy(PROJECT_ROOT / source, to)
        else:
            said = said.replace("/opt/venv", str(venv)).replace("python -m", f"{PYTHON} -m")
            subprocess.run(
                said,
                shell=True,
                check=True,
                cwd=build,
                env={**os.environ, "PATH": f"{venv}/bin:{os.environ['PATH']}"},
            )
    version = subprocess.run(
        [venv / "bin/python", "-V"], capture_output=True, text=True, check=True
    )
    assert version.stdout.lower().replace(" ", "").startswith(PYTHON)
    subprocess.run(
        [venv / "bin/python", "-c", A_DAY],
        check=True,
        cwd=tmp_path,
        env={
            **os.environ,
            "ECOM_LANDING": str(tmp_path / "landing"),
            "ECOM_DUCKDB_PATH": str(tmp_path / "w.duckdb"),
            "DAGSTER_HOME": "",
        },
    )
    assert (tmp_path / "w.duckdb").exists()
