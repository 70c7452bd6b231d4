"""The five answers and the sales report: made together, at the end of the step `fact_sales`.

They are about all days and have no partitions. Dagster would make such assets in another run of a
backfill, and as failed where one day of it is held. So the graph names them, and whoever makes them
reports them: the step, or the job `answers`. What a question is, is in `model/questions.py`; what
the report looks like, in `report/`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import dagster as dg

from ecom_assets.assets.links import sql_links
from ecom_assets.assets.tables import OWNERS, lineage_metadata, preview, queries_metadata
from ecom_assets.landing.zone import LandingZone
from ecom_assets.model.limits import Limits
from ecom_assets.model.questions import Question, questions
from ecom_assets.model.sales import SALES, read_by
from ecom_assets.model.tables import EVENT_DATE
from ecom_assets.steps import RETRY_POLICY, fail_permanent_errors_at_once
from ecom_assets.warehouse.contract import Purpose, Row, Warehouse

if TYPE_CHECKING:
    from ecom_assets.report.page import Drawn

REPORT = "sales_report"
REPORT_FILE = f"{REPORT}.html"
PREVIEW_ROWS = 10

DESCRIPTIONS = {
    **{field.name: field.description for field in SALES.fields},
    EVENT_DATE.name: EVENT_DATE.description,
    "orders": "Distinct orders.",
    "sales": "Sale events, the lines of orders.",
    "share_of_sales": "Part of the currency's sales, from 0 to 1.",
    "units": "Pieces sold.",
    "revenue": "Sum of `total_amount`, in `currency`, to the last cent.",
}


JOB = "answers"


def make_answers(
    context: dg.OpExecutionContext | dg.AssetExecutionContext,
    warehouse: Warehouse,
    reports: LandingZone,
    engine: str,
    limits: Limits,
) -> None:
    """Make the views anew, read them, draw the charts, write the report, and report each as an
    asset that the run has materialized.

    Raises:
        WarehouseError: the warehouse cannot be used.
        LandingError: the page cannot be written.
    """
    from ecom_assets.report.contents import read_contents
    from ecom_assets.report.page import make_report

    run_id = context.run.run_id
    with warehouse.session(Purpose("answers", run_id), context.log.info) as session:
        contents = read_contents(
            session,
            made_at=datetime.now(read_by(limits.reading).reading.zone),
            warehouse=warehouse.url,
            run_id=run_id,
            rules_version=limits.rules_version,
        )
        queries = queries_metadata(session.queries())
    report = make_report(contents)
    reports.write(REPORT_FILE, [report.html.encode("utf-8", "replace")])
    metadata: dict[str, Mapping[str, Any]] = {
        question.name: {
            "chart": _chart(report.answers[question]),
            "preview": preview(_first(rows)),
            "dagster/row_count": len(rows),
            **({"dagster/column_schema": _schema(rows[0])} if rows else {}),
            **lineage_metadata(engine, f"analytics.{question.name}"),
        }
        for question, rows in contents.answers.items()
    }
    # every run keeps these pictures: two tell most, and the page has them all
    by_day = next(drawn for question, drawn in report.answers.items() if question.chart == "line")
    metadata[REPORT] = {
        "report": _place(reports),
        "quality": _chart(report.quality),
        "revenue": _chart(by_day),
        "days": len(contents.quality),
        "days held": len(contents.held),
        **queries,
    }
    for asset, told in metadata.items():
        context.log_event(dg.AssetMaterialization(asset, metadata=told))


def _chart(drawn: "Sequence[Drawn]") -> dg.MetadataValue:
    """The first of some charts, as the UI shows it at once."""
    return dg.MetadataValue.md(drawn[0].small if drawn else "Nothing to draw yet.")


def _first(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows of a preview: those of the latest days, where they are of days."""
    column = EVENT_DATE.name
    if rows and column in rows[0]:
        rows = sorted(rows, key=lambda row: row[column], reverse=True)
    return rows[:PREVIEW_ROWS]


def _place(reports: LandingZone) -> dg.MetadataValue:
    where = f"{reports.url}/{REPORT_FILE}"
    return dg.MetadataValue.text(where) if "://" in where else dg.MetadataValue.path(where)


def _schema(row: Row) -> dg.TableSchema:
    types = {Decimal: "NUMBER", int: "BIGINT", float: "DOUBLE", date: "DATE"}
    return dg.TableSchema(
        [
            dg.TableColumn(
                name, types.get(type(value), "VARCHAR"), description=DESCRIPTIONS.get(name)
            )
            for name, value in row.items()
        ]
    )


def answer_specs(engine: str, report_url: str) -> list[dg.AssetSpec]:
    """The assets of all questions, and `sales_report`, in a warehouse of this engine."""
    found = questions()
    report = dg.AssetSpec(
        REPORT,
        deps=[question.name for question in found],
        group_name="report",
        kinds={"html"},
        owners=OWNERS,
        description="The answers and the days' quality as one web page with charts. It needs no "
        "network and no script: open it, send it, print it.\n\nMade anew by each run that "
        f"publishes, also when days are held, and replaced whole; by hand, by the job `{JOB}`.",
        metadata={"dagster/uri": report_url, **sql_links(made_by=make_answers)},
    )
    return [*(_answer_spec(question, engine) for question in found), report]


def build_answers_job(engine: str, limits: Limits) -> dg.JobDefinition:
    """The job `answers`."""

    @dg.op(retry_policy=RETRY_POLICY)
    def make_them(
        context: dg.OpExecutionContext,
        warehouse: dg.ResourceParam[Warehouse],
        reports: dg.ResourceParam[LandingZone],
    ) -> None:
        with fail_permanent_errors_at_once():
            make_answers(context, warehouse, reports, engine, limits)

    @dg.job(
        name=JOB,
        description="The answers and the report anew, from what is published: after a change of "
        "their SQL or their charts. No day is looked at; each run of days makes them at its end.",
    )
    def answers() -> None:
        make_them()

    return answers


def _answer_spec(question: Question, engine: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        question.name,
        deps=["fact_sales"],
        group_name="answers",
        kinds={engine, "view"},
        owners=OWNERS,
        description=f"{question.title}, per currency.\n\nA view on the daily totals of "
        f"FACT_SALES, so always as fresh as that. Each run that publishes draws its chart and its "
        f"preview anew; by hand, the job `{JOB}`.",
        metadata={
            "dagster/table_name": f"ANALYTICS.{question.name.upper()}",
            "sql": dg.MetadataValue.md(f"```sql\n{question.sql}```"),
            **sql_links(f"answers/{question.name}", made_by=make_answers),
        },
    )
