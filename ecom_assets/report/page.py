"""The report as one HTML page that needs nothing else: no network, no script.

What stands on it is in `contents.py`, its look in `page.html`. All text from the data is escaped by
the template engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ecom_assets.model.questions import Question
from ecom_assets.pipeline.audit import counted_rows, why_held
from ecom_assets.report.charts import answer_chart, counts_chart
from ecom_assets.report.contents import (
    CURRENCIES_SHOWN,
    Contents,
    headline,
    quality_headline,
    rejects_by_reason,
)
from ecom_assets.report.days import (
    Marks,
    quality_counts,
    quality_marks,
    rejects_counts,
    sales_marks,
)
from ecom_assets.report.restated import Restated, notes, restated_days
from ecom_assets.report.small import small_answer, small_counts
from ecom_assets.report.tables import Table, answer_table, counts_table, cut, cut_days
from ecom_assets.report.template import template
from ecom_assets.text.figures import counted, day, figure, name, period, share
from ecom_assets.warehouse.contract import Row


@dataclass(frozen=True)
class Drawn:
    """A chart.

    Attributes:
        headline: what it shows, in a sentence.
        svg: the picture.
        small: a smaller one under the headline, as Markdown that Dagster's UI shows at once.
        table: the same as rows.
        notes: what is to be said of single days and of bars.
    """

    headline: str
    svg: str
    small: str
    table: Table
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Report:
    """The charts of a report, and the page that holds them.

    Attributes:
        answers: the charts of each answer, one a currency; none where there are no sales.
        quality: the charts of the data's quality; none where no day has been judged.
        html: the page.
    """

    answers: Mapping[Question, Sequence[Drawn]]
    quality: Sequence[Drawn]
    html: str


def make_report(contents: Contents) -> Report:
    """Draw the charts and write the page."""
    shown = [row["currency"] for row in contents.currencies[:CURRENCIES_SHOWN]]
    answers = {
        question: [
            _answer(contents, question, of_currency)
            for currency in shown
            if (of_currency := [row for row in rows if row["currency"] == currency])
        ]
        for question, rows in contents.answers.items()
    }
    quality = _quality(contents) if contents.quality else []
    return Report(answers, quality, _page(contents, answers, quality))


def _answer(contents: Contents, question: Question, rows: Sequence[Row]) -> Drawn:
    currency = rows[0]["currency"]
    days = contents.days
    restated: Sequence[Restated] = []
    marks: Marks = {}
    if question.chart == "line":
        restated = restated_days(contents, currency)
        with_sales = {row["event_date"] for row in rows}
        marks = sales_marks(contents, with_sales, {each.day for each in restated})
    text = headline(question, name(currency), rows)
    return Drawn(
        text,
        answer_chart(question, rows, days, marks),
        small_answer(text, question, rows, days),
        answer_table(question, rows, days, marks),
        notes(restated),
    )


def _quality(contents: Contents) -> Sequence[Drawn]:
    found = {quality_headline(contents): quality_counts(contents)}
    if rejected := sum(row["reject_rows"] for row in contents.quality):
        first = rejects_by_reason(contents.rejects)[0]
        text = f"{counted(rejected, 'line')} rejected, most for “{first['reason']}”"
        found[text] = rejects_counts(contents)
    marks = quality_marks(contents)
    return [
        Drawn(
            text,
            counts_chart(counts, marks),
            small_counts(text, counts),
            counts_table(counts, marks),
            counts.bars.notes,
        )
        for text, counts in found.items()
    ]


def _page(
    contents: Contents, answers: Mapping[Question, Sequence[Drawn]], quality: Sequence[Drawn]
) -> str:
    from markupsafe import Markup

    def safe(drawn: Sequence[Drawn]) -> list[Mapping[str, Any]]:
        # the charts' templates have escaped what they put into the picture
        return [{**vars(d), "svg": Markup(d.svg)} for d in drawn]  # noqa: S704

    days = [row["event_date"] for row in contents.quality]
    return template("page.html").render(
        period=period(days[0], days[-1]) if days else "",
        totals=_totals(contents),
        questions=[{"title": q.title, "charts": safe(drawn)} for q, drawn in answers.items()],
        quality=safe(quality),
        quality_tables=_quality_tables(contents) if quality else [],
        made_of=_made_of(contents),
        figure=figure,
    )


def _totals(contents: Contents) -> Table:
    table = cut(contents.currencies, "more currency", "more currencies")
    if len(contents.currencies) <= CURRENCIES_SHOWN:
        return table
    charts = f"Charts are of the {CURRENCIES_SHOWN} currencies most sold in."
    return replace(table, more=f"{table.more} {charts}".strip())


def _quality_tables(contents: Contents) -> Sequence[Table]:
    held = [
        {
            "held day": day(row["event_date"]),
            "lines": counted_rows(row)[1],
            "rejected": share(row["reject_rate"]),
            "why": why_held(row),
        }
        for row in contents.held
    ]
    decided = [
        {
            "day": day(row["event_date"]),
            "lines": counted_rows(row)[1],
            "rejected": share(row["reject_rate"]),
            "why": row["decided_by"],
        }
        for row in contents.published_by_decision
    ]
    reasons = [row for row in rejects_by_reason(contents.rejects) if row["rows"]]
    whose = "its" if len(held) == 1 else "their"
    title = f"{counted(len(held), 'day')} held: {whose} lines are judged, but not published"
    tables = [
        cut_days(held, "held day", title=title, note="why"),
        cut_days(decided, "such day", title="Published by decision", note="why"),
        cut(reasons, "more reason", "more reasons", title="Rejected lines by reason"),
    ]
    return [table for table in tables if table.rows]


def _made_of(contents: Contents) -> Sequence[tuple[str, str]]:
    old = sum(row["rules_version"] != contents.rules_version for row in contents.quality)
    rules = contents.rules_version
    if old:
        rules += f"; {counted(old, 'day')} judged by another version"
    return [
        ("Made", f"{day(contents.made_at)}, {contents.made_at:%H:%M:%S %Z}"),
        ("From", contents.warehouse),
        ("Rules", rules),
        ("Run", contents.run_id),
    ]
