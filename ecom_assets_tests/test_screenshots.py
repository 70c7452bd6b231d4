"""The pictures in `docs/images`: those that `make screenshots` takes, small, shown in some text."""

import struct
from pathlib import Path

import pytest

from ecom_assets.settings import PROJECT_ROOT
from screenshots.camera import FOLDER, MOST_BYTES, WIDTH
from screenshots.pictures import PICTURES

TEXTS = [*PROJECT_ROOT.glob("*.md"), *PROJECT_ROOT.glob("docs/**/*.md")]


def test_there_are_the_pictures_that_are_taken_and_no_others() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.png" for name in PICTURES}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_shown_in_a_text(name: str) -> None:
    shown = f"images/{name}.png"
    assert any(shown in text.read_text(encoding="utf-8") for text in TEXTS), f"nobody shows {name}"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.png")), ids=lambda path: path.stem)
def test_a_picture_is_no_larger_than_a_page_needs(path: Path) -> None:
    png = path.read_bytes()
    (width,) = struct.unpack(">I", png[16:20])
    assert width <= WIDTH
    assert len(png) <= MOST_BYTES
