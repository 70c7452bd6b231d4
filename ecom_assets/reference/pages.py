"""The pages of the documentation, and the places in them that are filled from the code.

Such a place lies between two comments, which a reader does not see:

    <!-- made by make docs: rules -->
    ...
    <!-- end -->
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

PLACE = re.compile(r"(?s)(<!-- made by make docs: ([a-z-]+) -->\n).*?(<!-- end -->)")


def pages(root: Path) -> Sequence[Path]:
    """The project's Markdown files; not what runs have made, nor what is hidden."""
    here = [path for path in root.iterdir() if path.name != "data" and path.name[0] != "."]
    below = (page for path in here if path.is_dir() for page in path.rglob("*.md"))
    return sorted([*(path for path in here if path.suffix == ".md"), *below])


def renewed(text: str, parts: Mapping[str, str]) -> str:
    """A page with its places filled anew.

    Args:
        text: the page.
        parts: what belongs into a place, by the place's name.

    Raises:
        KeyError: nothing is known to belong into a place.
    """
    return PLACE.sub(lambda found: f"{found[1]}\n{parts[found[2]]}\n{found[3]}", text)


def outdated(root: Path, parts: Mapping[str, str]) -> Mapping[Path, str]:
    """The pages whose places are not as the code says, with what they should be."""
    found = {page: page.read_text(encoding="utf-8") for page in pages(root)}
    filled = {page: renewed(text, parts) for page, text in found.items()}
    return {page: text for page, text in filled.items() if text != found[page]}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")
