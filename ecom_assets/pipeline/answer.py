"""The business questions answered: the rows of their views, in the order of a report."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from ecom_assets.model.questions import Question, questions
from ecom_assets.warehouse.contract import Row, Session

AS_KNOWN = "revenue_by_day"
"""The question that can be answered as of a moment."""


def read_answer(session: Session, question: Question) -> Sequence[Row]:
    """The rows of an answer: days in order; the currency most sold in first; then by revenue."""
    return _ordered(session.read_table(f"analytics.{question.name}"))


def revenue_by_day_as_of(session: Session, moment: datetime) -> Mapping[Question, Sequence[Row]]:
    """The revenue per day as it was known at a moment, which has a time zone."""
    (question,) = [question for question in questions() if question.name == AS_KNOWN]
    as_of = moment.astimezone(UTC).replace(tzinfo=None)
    return {question: _ordered(session.run("analytics/revenue_by_day_as_of", as_of=as_of))}


def _ordered(rows: Sequence[Row]) -> Sequence[Row]:
    sales: dict[str | None, int] = {}
    for row in rows:
        sales[row["currency"]] = sales.get(row["currency"], 0) + row["sales"]
    return sorted(
        rows,
        key=lambda row: (
            row.get("event_date") or date.min,
            -sales[row["currency"]],
            str(row["currency"]),
            -row["revenue"],
            str(next(iter(row.values()))),
        ),
    )


def read_answers(session: Session) -> Mapping[Question, Sequence[Row]]:
    """The rows of all answers, their views made first where that is ours to do."""
    found = questions()
    for question in found:
        session.define_view(f"answers/{question.name}")
    return {question: read_answer(session, question) for question in found}
