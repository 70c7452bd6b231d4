"""What was made of the SQL files is made once for the same code, and never for other code."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ecom_assets.model import sales
from ecom_assets.model.reading import Reading
from ecom_assets.warehouse import kept as module
from ecom_assets.warehouse import scripts
from ecom_assets.warehouse.kept import kept

Keep = Callable[..., str]


@pytest.fixture
def keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keep:
    """Ask for something; what comes back says how often it was made."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(scripts, "SQL_FOLDER", tmp_path / "sql")
    shutil.copytree(module.PACKAGE / "sql", tmp_path / "sql", ignore=lambda *_: ["__pycache__"])
    made: list[None] = []

    def asked(*key: object, stream: object = sales.SALES) -> str:
        def make() -> str:
            made.append(None)
            return f"made {len(made)}"

        module._of_code.cache_clear()  # as in a new process
        return str(kept(key, stream, make))  # type: ignore[arg-type]

    return asked


def files(folder: Path) -> list[Path]:
    return [*(folder / "sql/__pycache__").iterdir()]


def test_it_is_made_once_for_a_key(keep: Keep) -> None:
    assert [keep("a", 1), keep("a", 1), keep("a", "1"), keep("a", 1)] == [
        *("made 1", "made 1", "made 2", "made 1"),
    ]


def test_lines_that_are_read_otherwise_have_their_own(keep: Keep) -> None:
    other = replace(sales.SALES, reading=Reading(time_zone="Europe/Berlin"))
    assert [keep("a"), keep("a", stream=other), keep("a", stream=other)] == [
        *("made 1", "made 2", "made 2"),
    ]


def test_of_a_stream_that_is_not_the_declared_one_nothing_is_kept(keep: Keep) -> None:
    other = replace(sales.SALES, breakdowns=sales.SALES.breakdowns[:1])
    assert [keep("a", stream=other), keep("a", stream=other)] == ["made 1", "made 2"]


def test_other_code_makes_it_anew_and_takes_the_place(keep: Keep, tmp_path: Path) -> None:
    assert keep("a") == "made 1"
    with (tmp_path / "sql/filled.sql").open("a") as file:
        file.write("-- changed\n")
    assert [keep("a"), keep("a")] == ["made 2", "made 2"]
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("text", ["", '"made', "\udcff"])
def test_a_broken_file_is_made_anew(keep: Keep, tmp_path: Path, text: str) -> None:
    assert keep("a") == "made 1"
    (file,) = files(tmp_path)
    file.write_bytes(text.encode(errors="surrogateescape"))
    assert [keep("a"), keep("a")] == ["made 2", "made 2"]


def test_where_nothing_can_be_kept_it_is_made_each_time(
    keep: Keep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sql/__pycache__").write_text("a file")
    assert [keep("a"), keep("a")] == ["made 1", "made 2"]
    (tmp_path / "sql/__pycache__").unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert [keep("a"), keep("a")] == ["made 3", "made 4"]
    assert not (tmp_path / "sql/__pycache__").exists()
