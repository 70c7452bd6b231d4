"""The five questions as assets: views on `fact_sales`, always per currency.

A question is a file in `sql/answers/`: its first comment line is the title, the view it makes has
the file's name. Adding a question is adding a file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg

from ecom_assets.assets.tables import OWNERS, preview
from ecom_assets.warehouse.contract import Purpose, Row, Session, Warehouse
from ecom_assets.warehouse.sql import SQL_FOLDER

PREVIEW_ROWS = 20


@dataclass(frozen=True)
class Question:
    """A business question.

    Attributes:
        name: of its file, its asset, and its view in ANALYTICS.
        title: what is asked, for people.
    """

    name: str
    title: str


def questions() -> Sequence[Question]:
    """All questions, revenue per day first."""
    files = sorted((SQL_FOLDER / "answers").glob("*.sql"))
    found = [Question(file.stem, _title(file.read_text(encoding="utf-8"))) for file in files]
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


def build_answers(engine: str) -> dg.AssetsDefinition:
    """The assets of all questions.

    Args:
        engine: the warehouse's kind, for people.
    """
    asked = questions()

    @dg.multi_asset(
        name="answers",
        specs=[
            dg.AssetSpec(
                question.name,
                deps=["fact_sales"],
                group_name="answers",
                kinds={engine, "view"},
                owners=OWNERS,
                description=f"{question.title}, per currency. A view: always as fresh as "
                "`fact_sales`. Materializing makes it anew from its file and shows a preview.",
                metadata={"dagster/table_name": f"ANALYTICS.{question.name.upper()}"},
            )
            for question in asked
        ],
        can_subset=True,
    )
    def answers(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[dg.MaterializeResult[Any]]:
        purpose = Purpose("answers", context.run.run_id)
        with warehouse.session(purpose, context.log.info) as session:
            for question in asked:
                if dg.AssetKey(question.name) not in context.selected_asset_keys:
                    continue
                session.run(f"answers/{question.name}")
                rows = read_answer(session, question)
                yield dg.MaterializeResult(
                    asset_key=question.name,
                    metadata={
                        "dagster/row_count": len(rows),
                        "preview": preview(rows[:PREVIEW_ROWS]),
                    },
                )

    return answers
