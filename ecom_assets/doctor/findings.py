"""What the doctor says: one line per finding, and one line per step that failed."""

import tempfile
from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from ecom_assets.text.redaction import redacted

Result = TypeVar("Result")


@dataclass(frozen=True)
class Finding:
    """One line.

    Attributes:
        verdict: `ok`; `note`: nothing is wrong, but something is not there yet or was not tried;
            `fix`: a run would fail.
        text: one sentence, which of a `fix` says what to do.
        part: what it is about.
    """

    verdict: Literal["ok", "note", "fix"]
    text: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.verdict:<5} {self.part:<13} {self.text}"


ok, note, fix = partial(Finding, "ok"), partial(Finding, "note"), partial(Finding, "fix")

Findings = Generator[Finding, None, Result]
"""The findings of a step, and what later steps need of it."""


def about(part: str, step: Findings[Result]) -> Findings[Result]:
    """A step whose findings are all about one part."""
    while True:
        try:
            finding = next(step)
        except StopIteration as end:
            found: Result = end.value
            return found
        yield replace(finding, part=part)


def guarded(step: Findings[Result], advice: str = "") -> Findings[Result | None]:
    """A step whose failure is a finding; what it returns is None then.

    Args:
        step: the step.
        advice: what to do when it fails in a way that its own error does not explain.
    """
    from ecom_assets.landing.zone import LandingError
    from ecom_assets.warehouse.contract import WarehouseError

    try:
        return (yield from step)
    except (LandingError, WarehouseError) as error:
        yield fix(" ".join(str(error).split()))
    except Exception as error:  # a doctor that falls ill helps nobody
        text = " ".join(redacted(str(error)).split()).rstrip(".")
        yield fix(f"{type(error).__name__}: {text}. {advice}".rstrip())
    return None


def unwritable(folder: Path) -> str | None:
    """Why nothing can be written to a folder, or made in the nearest one above it that exists."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return None
    except OSError as error:
        return f"{there}: {error.strerror}"
