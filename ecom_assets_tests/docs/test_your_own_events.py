"""docs/your-own-events.md: its five commands lead to charts, and its mappings can be read."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from ecom_assets.model.mapping_file import parsed_mapping
from ecom_assets.model.sales import SALES
from ecom_assets.settings import PROJECT_ROOT, Settings, SnowflakeSettings, variables
from ecom_assets_tests.docs.markdown import Page

PAGE = Page(PROJECT_ROOT / "docs/your-own-events.md")
NEEDED = ("Makefile", "requirements.lock", "setup.cfg", "dagster.yaml")
REQUIRED = {field.name: ".x" for field in SALES.fields if field.required}


def commands() -> Sequence[str]:
    """The commands between the page's two marks."""
    found = re.search(r"(?s)<!-- five commands -->(.*)<!-- end of five commands -->", PAGE.text)
    assert found
    return re.findall(r"(?s)```sh\n(.*?)```", found[1])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project as make finds it, with this Python as its virtual environment."""
    for name in NEEDED:
        shutil.copy(PROJECT_ROOT / name, tmp_path)
    for name in ("ecom_assets", "ecom_assets_tests/data"):
        shutil.copytree(
            PROJECT_ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    for name, call in {"python": "", "dagster": "-m dagster"}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {call} "$@"\n')
        (programs / name).chmod(0o755)
    (tmp_path / ".venv/ready").touch()
    return tmp_path


def performed(command: str, folder: Path) -> str:
    """What a command prints that has to succeed, with no settings but those in `.env`."""
    ours = {name for of in (Settings, SnowflakeSettings) for name in variables(of).values()}
    clean = {
        k: v
        for k, v in os.environ.items()
        if k not in {*ours, "DAGSTER_HOME", "MAKEFLAGS", "MAKELEVEL"}
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
    return done.stdout


@pytest.mark.slow
def test_five_commands_lead_from_a_shopify_export_to_charts(project: Path) -> None:
    first, *others = commands()
    assert len(others) == 4
    screen = performed(first, project)
    assert "shopify_order fits best" in screen
    assert "4 of them clean (100.0%)" in screen
    told = re.search(r"this makes such a file: (.*) > data/landing/dt=YYYY-MM-DD/", screen)
    assert told
    assert told[1] in others[0], "the page lands the file as the screen says"
    for command in others:
        performed(command, project)
    report = (project / "data/reports/sales_report.html").read_text(encoding="utf-8")
    assert "<svg" in report
    assert "201.60" in report
    answers = performed("make answers FORMAT=csv QUESTION=revenue_by_day", project)
    assert answers.splitlines()[1:] == [
        "2026-01-03,USD,2,3,5.0000,201.6000",
        "2026-01-04,EUR,1,1,3.0000,59.9700",
    ]


def test_the_mappings_on_the_page_can_be_read() -> None:
    whole, lines = PAGE.blocks("toml")
    parsed_mapping(whole, "page", SALES, "the page")
    tried = [line for line in lines.splitlines() if not line.startswith("#")]
    assert len(tried) > 15
    for line in tried:
        (name,) = tomllib.loads(line)
        needed = REQUIRED | {"currency": ".c"} | ({"event_id": "@.x"} if "@" in line else {})
        others = "".join(f'{n} = "{v}"\n' for n, v in needed.items() if n != name)
        rows = 'rows = ".items"\n' if "@" in line else ""
        parsed_mapping(f"{rows}[fields]\n{others}{line}\n", "page", SALES, line)


def test_the_page_names_every_key_that_a_mapping_may_have() -> None:
    source = (PROJECT_ROOT / "ecom_assets/model/mapping_file.py").read_text(encoding="utf-8")
    keys = {
        key
        for call in re.findall(r"self\._only\(\w+, ([^)]*)\)", source)
        for key in re.findall(r'"(\w+)"', call)
    }
    assert len(keys) > 20
    code = "\n".join(PAGE.code)
    assert not [key for key in sorted(keys) if not re.search(rf"\b{key}\b", code)]
