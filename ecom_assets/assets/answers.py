"""The five answers and the sales report: made together, after `fact_sales`.

What a question is, is in `model/questions.py`; what the report looks like, in `report/`.
"""

from collections.abc import Iterator, Mapping, Sequence
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
from ecom_assets.text.foreign_text import markdown
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


def make_answers(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    reports: LandingZone,
    engine: str,
    limits: Limits,
) -> Mapping[str, Mapping[str, Any]]:
    """Make the views anew, read them, draw the charts, write the report.

    Returns: the metadata of each answer and of the report, by asset.

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
    charts = {question: _markdown(drawn[:1]) for question, drawn in report.answers.items()}
    metadata: dict[str, Mapping[str, Any]] = {
        question.name: {
            "chart": dg.MetadataValue.md(charts[question] or "No sales yet."),
            "preview": preview(rows[:PREVIEW_ROWS]),
            "dagster/row_count": len(rows),
            **({"dagster/column_schema": _schema(rows[0])} if rows else {}),
            **lineage_metadata(engine, f"analytics.{question.name}"),
        }
        for question, rows in contents.answers.items()
    }
    # every run keeps these pictures: two tell most, and the page has them all
    overview = [_markdown(report.quality[:1]), *list(charts.values())[:1]]
    metadata[REPORT] = {
        "report": _place(reports),
        "charts": dg.MetadataValue.md("\n\n".join(overview) or "Nothing to draw yet."),
        "days": len(contents.quality),
        "days held": len(contents.held),
        **queries,
    }
    return metadata


def _markdown(drawn: "Sequence[Drawn]") -> str:
    """Charts as Markdown that holds the pictures themselves, each under what it shows."""
    from ecom_assets.report.charts import as_image

    return "\n\n".join(
        f"**{markdown(one.headline)}**\n\n![chart]({as_image(one.svg)})" for one in drawn
    )


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


def build_answers(engine: str, limits: Limits, report_url: str) -> dg.AssetsDefinition:
    """The assets of all questions, and `sales_report`.

    When days are held, `fact_sales` has no output and Dagster skips this step; its step then does
    what is done here (see `assets/analytics.py`).
    """
    found = questions()
    report = dg.AssetSpec(
        REPORT,
        deps=[question.name for question in found],
        group_name="report",
        kinds={"html"},
        owners=OWNERS,
        description="The answers and the days' quality as one web page with charts. It needs no "
        "network and no script: open it, send it, print it.\n\nMade anew after each run, also "
        "when days are held, and replaced whole.",
        metadata={"dagster/uri": report_url},
    )

    @dg.multi_asset(
        name="answers",
        specs=[*(_answer_spec(question, engine) for question in found), report],
        can_subset=False,
        retry_policy=RETRY_POLICY,
    )
    def answers(
        context: dg.AssetExecutionContext,
        warehouse: dg.ResourceParam[Warehouse],
        reports: dg.ResourceParam[LandingZone],
    ) -> Iterator[dg.MaterializeResult[Any]]:
        with fail_permanent_errors_at_once():
            made = make_answers(context, warehouse, reports, engine, limits)
        for asset, metadata in made.items():
            yield dg.MaterializeResult(asset_key=asset, metadata=metadata)

    return answers


def _answer_spec(question: Question, engine: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        question.name,
        deps=["fact_sales"],
        group_name="answers",
        kinds={engine, "view"},
        owners=OWNERS,
        description=f"{question.title}, per currency.\n\nA view on the daily totals of "
        "FACT_SALES, so always as fresh as that; materializing it draws its chart and its preview "
        "anew.",
        metadata={
            "dagster/table_name": f"ANALYTICS.{question.name.upper()}",
            "sql": dg.MetadataValue.md(f"```sql\n{question.sql}```"),
            **sql_links(f"answers/{question.name}"),
        },
    )
