"""The business questions: views on the fact table, always per currency.

A question is a file in `sql/answers/`. Its first comments are its title and the kind of its chart;
the view it makes has the file's name, and that view's first column is what is asked about:

    -- title: Revenue by country
    -- chart: bar

Adding a question is adding a file: the asset, the chart, the report and `make answers` follow.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

FOLDER = Path(__file__).parent.parent / "sql" / "answers"

Chart = Literal["line", "bar", "share"]
"""How an answer is drawn: revenue over the event dates; revenue, most first; share of the sales."""


class QuestionError(ValueError):
    """A question's file does not say what it must; the text names the file and what is missing."""


@dataclass(frozen=True)
class Question:
    """A business question.

    Attributes:
        name: of its file, its asset, and its view in ANALYTICS.
        title: what is asked, for people.
        chart: how its answer is drawn.
        sql: what makes the view.
    """

    name: str
    title: str
    chart: Chart
    sql: str


def questions() -> Sequence[Question]:
    """All questions: those about days first, then by name.

    Raises:
        QuestionError: a file does not say what it must.
    """
    found = [_read(file) for file in FOLDER.glob("*.sql")]
    return sorted(found, key=lambda question: (question.chart != "line", question.name))


def _read(file: Path) -> Question:
    sql = file.read_text(encoding="utf-8")
    said = _header(sql)
    for name, allowed in (("title", "the question for people"), ("chart", " or ".join(_CHARTS))):
        if not said.get(name):
            raise QuestionError(f"{file}: the first comments lack “-- {name}: …” ({allowed}).")
    kinds: dict[str, Chart] = {kind: kind for kind in _CHARTS}
    if said["chart"] not in kinds:
        raise QuestionError(f"{file}: “-- chart: {said['chart']}” must be {' or '.join(_CHARTS)}.")
    if not re.search(rf"\bview analytics\.{re.escape(file.stem)} as\b", sql):
        raise QuestionError(
            f"{file}: it must “create or replace view analytics.{file.stem} as …”, "
            "a view of the file's name."
        )
    return Question(file.stem, said["title"], kinds[said["chart"]], sql)


def _header(sql: str) -> Mapping[str, str]:
    said = {}
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        name, _, value = line.removeprefix("--").partition(":")
        said[name.strip()] = value.strip()
    return said


_CHARTS: Sequence[Chart] = get_args(Chart)
