"""The five questions as assets: views on `fact_sales`, always per currency.

A question is a file in `sql/answers/`: its first comment line is the title, the view it makes has
the file's name. Adding a question is adding a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import dagster as dg

from ecom_assets.assets.tables import OWNERS
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.sql import SQL_FOLDER


@dataclass(frozen=True)
class Question:
    """A business question.

    Attributes:
        name: of its file, its asset, and its view in ANALYTICS.
        title: what is asked, for people.
        sql: what makes the view.
    """

    name: str
    title: str
    sql: str


def questions() -> Sequence[Question]:
    """All questions, revenue per day first."""
    files = sorted((SQL_FOLDER / "answers").glob("*.sql"))
    texts = {file.stem: file.read_text(encoding="utf-8") for file in files}
    found = [Question(name, _title(sql), sql) for name, sql in texts.items()]
    return sorted(found, key=lambda question: (question.name != "revenue_by_day", question.name))


def _title(sql: str) -> str:
    return sql.partition("\n")[0].removeprefix("--").strip().rstrip(".")


def read_answer(session: Session, question: Question) -> Sequence[Row]:
    """The rows of an answer: days in order; the currency most sold in first; then by revenue."""
    rows = session.read_table(f"analytics.{question.name}")
    sales: dict[str, int] = {}
    for row in rows:
        sales[row["currency"]] = sales.get(row["currency"], 0) + row["sales"]
    return sorted(
        rows,
        key=lambda row: (
            row.get("event_date") or date.min,
            -sales[row["currency"]],
            -row["revenue"],
        ),
    )


def build_answers(engine: str) -> Sequence[dg.AssetSpec]:
    """The assets of all questions. They are views, made in the step of `fact_sales`; as steps of
    their own they would be skipped whenever a day is held, though they are up to date.

    Args:
        engine: the warehouse's kind, for people.
    """
    return [
        dg.AssetSpec(
            question.name,
            deps=["fact_sales"],
            group_name="answers",
            kinds={engine, "view"},
            owners=OWNERS,
            description=f"{question.title}, per currency. A view on `fact_sales`, so always as "
            "fresh as that; it is made anew whenever `fact_sales` is materialized.",
            metadata={
                "dagster/table_name": f"ANALYTICS.{question.name.upper()}",
                "sql": dg.MetadataValue.md(f"```sql\n{question.sql}```"),
            },
        )
        for question in questions()
    ]
