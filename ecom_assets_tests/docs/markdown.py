"""What is in a page of the documentation: headings, links, code, commands."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ecom_assets.reference.pages import pages
from ecom_assets.settings import PROJECT_ROOT

_FENCED = re.compile(r"(?ms)^ *```(\w*)\n(.*?)^ *```$")


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        path: its file.
    """

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(PROJECT_ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """What stands outside of blocks of code."""
        return _FENCED.sub("", self.text)

    def blocks(self, language: str | None = None) -> Sequence[str]:
        """Its blocks of code, of one language or of all."""
        found = _FENCED.findall(self.text)
        return [code for said, code in found if language is None or said == language]

    @property
    def spans(self) -> Sequence[str]:
        """What stands between backticks, on one line or two."""
        return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", self.prose)]

    @property
    def headings(self) -> Sequence[str]:
        """Its headings, as they are written."""
        return re.findall(r"(?m)^#+ (.+)$", self.prose)

    @property
    def anchors(self) -> Iterator[str]:
        """What GitHub lets a link to one of its headings end with."""
        seen: dict[str, int] = {}
        for heading in self.headings:
            words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
            anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            times = seen.get(anchor, 0)
            seen[anchor] = times + 1
            yield f"{anchor}-{times}" if times else anchor

    @property
    def links(self) -> Sequence[str]:
        """Where its links and pictures lead."""
        return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", self.prose))

    @property
    def code(self) -> Sequence[str]:
        """All code in it: blocks, spans, and lines set off by four blanks."""
        return [*self.blocks(), *self.spans, *re.findall(r"(?m)^    (\S.*)$", self.prose)]


PAGES = [Page(path) for path in pages(PROJECT_ROOT)]
