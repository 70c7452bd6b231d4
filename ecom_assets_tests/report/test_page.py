"""The report's page: whole on its own, true to the answers, and safe whatever the data holds."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as Xml
from zoneinfo import ZoneInfo

import pytest

from ecom_assets.model.questions import questions
from ecom_assets.report.contents import bars, days_between
from ecom_assets.report.page import Report, make_report
from ecom_assets.text.figures import short_money
from ecom_assets_tests.report.samples import FIRST, SAMPLES, SCRIPT, report_of, sample


class Page(HTMLParser):
    """A page's tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_needs_no_network_and_no_script(name: str) -> None:
    page = Page(report_of(name).html)
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "image", "use"}
    for attribute, value in page.attributes:
        assert not attribute.startswith("on")
        assert attribute not in ("src", "href", "xlink:href", "srcset", "action")
        assert "url(" not in value
        assert not attribute.startswith("xmlns") or value.startswith("http://www.w3.org/")


def changed(day: int, cause: str, revenue: str, currency: str = "EUR") -> dict[str, Any]:
    """What was changed of a day, the last time at 3 January, 23:30 UTC."""
    return {
        "event_date": FIRST + timedelta(days=day),
        "currency": currency,
        "cause": cause,
        "published_at": datetime(2026, 1, 3, 23, 30),
        "sales": 1,
        "revenue": Decimal(revenue),
    }


def test_a_day_whose_figure_was_changed_is_marked_with_when_by_how_much_and_why() -> None:
    changes = [
        changed(0, "new or late lines", "12.30"),
        changed(1, "new or late lines", "20"),
        changed(1, "repeats", "-7.70"),
        changed(2, "rules or mapping", "-1234.50", "USD"),
        {**changed(3, "new or late lines", "1"), "sales": 1},
        {**changed(3, "repeats", "-1"), "sales": -1},
    ]
    contents = replace(SAMPLES["a week"], restated=changes)
    page = Page(make_report(contents).html)
    told = [text for text in page.texts if ": restated" in text]
    assert told == [
        "6 Jan: restated 3 Jan: +12.30 EUR, late lines +20.00, repeats -7.70",
        "5 Jan: restated 3 Jan: +12.30 EUR, late lines",
        "7 Jan: restated 3 Jan: -1,234.50 USD, other rules or mapping",
    ]
    assert page.texts.count("restated") == 2 + 3, "legends, and rows of tables"
    berlin = replace(contents, made_at=contents.made_at.astimezone(ZoneInfo("Europe/Berlin")))
    assert "5 Jan: restated 4 Jan: +12.30 EUR, late lines" in make_report(berlin).html
    assert "restated" not in report_of("a week").html


def test_many_restated_days_are_told_in_few_lines() -> None:
    changes = [changed(day, "file rewritten", "1") for day in range(7)]
    page = Page(make_report(replace(SAMPLES["a week"], restated=changes)).html)
    assert len([text for text in page.texts if ": restated" in text]) == 5
    assert "And 2 earlier days restated." in page.texts


def test_text_from_the_data_is_text() -> None:
    report = report_of("400 days, 200 countries")
    page = Page(report.html)
    assert SCRIPT in page.texts
    assert "<script" not in report.html
    assert "b" not in page.tags
    for drawn in (*report.quality, *(d for charts in report.answers.values() for d in charts)):
        assert "<script" not in drawn.svg


def test_without_data_the_page_says_so() -> None:
    report = report_of("nothing")
    assert "No sales have been published yet." in report.html
    assert "No day has been judged yet." in report.html
    assert "svg" not in Page(report.html).tags


def test_days_without_sales_have_their_quality_shown() -> None:
    all_held = sample(3, 1, [], held={0, 1, 2})
    report = make_report(all_held)
    assert "No sales have been published yet." in report.html
    assert "3 days held" in report.quality[0].headline


def test_held_days_say_why_and_days_published_by_decision_say_so() -> None:
    report = make_report(sample(3, 1, ["EUR"], held={0}))
    assert "more than 30%" in report.html
    assert "Published by decision" in report.html
    assert f"Ann: {escape(SCRIPT)} (1a2b3c4d)" in report.html
    assert SCRIPT not in report.html


def test_each_chart_is_of_one_currency() -> None:
    contents = SAMPLES["a week"]
    report = report_of("a week")
    for question, charts in report.answers.items():
        assert [c.headline.count("EUR") for c in charts] == [1, 0], question
        assert [c.headline.count("USD") for c in charts] == [0, 1], question
    texts = Page(report.html).texts
    for place, total in enumerate(contents.currencies):
        assert f"{total['revenue']:,.2f}" in texts
        for question, rows in contents.answers.items():
            own = [row for row in rows if row["currency"] == total["currency"]]
            revenue = sum(row["revenue"] for row in own)
            drawn = report.answers[question][place]
            if question.chart == "line":
                assert revenue == total["revenue"]
                assert short_money(revenue) in drawn.headline
            else:
                assert drawn.svg.count("%</text>") == len(own), "a bar for each of its rows"


def test_what_is_beyond_the_limits_is_counted() -> None:
    texts = Page(report_of("400 days, 200 countries").html).texts
    assert "and 190 others" in texts
    assert any(text.startswith("And 19 more currencies.") for text in texts)
    assert "And 8 earlier held days." in texts
    assert texts.index("Wed 20 January 2027") < texts.index("Thu 31 December 2026")
    assert "Mon 5 January 2026" not in texts, "the first of them"
    assert any("; 1 day judged by another version" in text for text in texts)


def test_the_bars_of_an_answer_add_up() -> None:
    (question,) = (q for q in questions() if q.name == "revenue_by_country")
    rows = [r for r in SAMPLES["400 days, 200 countries"].answers[question] if not r["currency"]]
    shown = bars(question, rows)
    assert [bar.length for bar in shown[:-1]] == sorted(
        (b.length for b in shown[:-1]), reverse=True
    )
    shares = sum(float(bar.label.rpartition("· ")[2].rstrip("%")) for bar in shown)
    assert abs(shares - 100) < 1


def test_the_page_says_when_and_from_what_it_was_made() -> None:
    texts = Page(report_of("a week").html).texts
    for text in ("5\u201311 Jan 2026", "Tue 3 February 2026, 04:05:06 UTC", "some-run"):
        assert text in texts
    assert "/data/warehouse.duckdb" in texts


def test_the_page_says_when_it_was_made_in_the_shop_s_time_zone() -> None:
    contents = SAMPLES["a week"]
    in_sydney = replace(contents, made_at=contents.made_at.astimezone(ZoneInfo("Australia/Sydney")))
    assert "Tue 3 February 2026, 15:05:06 AEDT" in Page(make_report(in_sydney).html).texts


def test_days_between_are_all_days() -> None:
    assert [day.day for day in days_between([FIRST, FIRST.replace(day=8)])] == [5, 6, 7, 8]


def tables_of(report: Report) -> dict[str, list[list[str]]]:
    """By the headline of each chart the rows of the table beside it, its columns first."""
    page = Xml.fromstring(re.sub(r"<!doctype html>|<meta[^>]*>", "", report.html))
    found = {}
    for figure in page.iter("figure"):
        for table in figure.iterfind("details//table"):
            caption = "".join(table.find("caption").itertext())  # type: ignore[union-attr]
            found[caption] = [
                ["".join(cell.itertext()) for cell in row] for row in table.iter("tr")
            ]
            assert {cell.get("scope") for cell in table.iterfind("thead//th")} == {"col"}
            assert {cell.get("scope") for cell in table.iterfind("tbody//th")} == {"row"}
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_beside_each_chart_stands_a_table_and_the_picture_is_named(name: str) -> None:
    report = report_of(name)
    drawn = [*report.quality, *(one for charts in report.answers.values() for one in charts)]
    tables = tables_of(report)
    assert list(tables) == sorted({one.headline for one in drawn}, key=list(tables).index)
    pictures = re.findall(r'role="img" aria-label="Chart: (.*?)\. The table after it', report.html)
    assert sorted(map(unescape, pictures)) == sorted(one.headline for one in drawn)
    assert report.html.count("<svg") == len(drawn)


def test_a_table_tells_of_each_day_the_latest_first_and_what_is_to_be_said_of_it() -> None:
    contents = replace(sample(30, 1, ["EUR"], held={2}), restated=[changed(1, "repeats", "1")])
    tables = tables_of(make_report(contents))
    columns, *rows = next(rows for title, rows in tables.items() if title.startswith("EUR"))
    assert columns == ["event_date", "orders", "sales", "revenue"]
    assert [row[0] for row in rows[:3]] == ["3 Feb 2026", "2 Feb 2026", "no sales"]
    assert rows[1][1:] == ["-", "-", "-"]
    assert [row[0] for row in rows[-5:]] == [
        *("7 Jan 2026", "held", "6 Jan 2026", "restated", "5 Jan 2026")
    ]
    assert rows[-1][1:] == ["3", "3", "3,703.70"]
    assert len(rows) == 30 + 3
    columns, *rows = next(rows for title, rows in tables.items() if " of them rejected" in title)
    assert columns == ["day", "clean", "clean, on held days", "rejected"]
    assert rows[-4:-2] == [["7 Jan 2026", "0", "2,000", rows[-4][3]], ["held"]]


def test_a_table_of_many_days_is_cut_at_the_earliest_and_one_of_bars_has_them_all() -> None:
    report = report_of("400 days, 200 countries")
    tables = tables_of(report)
    assert "And 338 earlier days." in report.html
    by_day = next(rows for title, rows in tables.items() if " on 387 days" in title)
    assert by_day[1][0] == "8 Feb 2027"
    bars_of_days = next(rows for title, rows in tables.items() if " on 400 days" in title)
    assert bars_of_days[0][0] == "days"
    assert [row[0] for row in bars_of_days[1:3]] == [
        "2\u20138 Feb 2027",
        "26 Jan \u2013 1 Feb 2027",
    ]
    assert bars_of_days[-2:] == [["5 Jan 2026", "0", "2,000", "117"], ["held"]]
    assert "And 138 others." in report.html


def test_no_value_an_empty_text_and_the_text_that_stands_for_none_are_told_apart() -> None:
    (question,) = (q for q in questions() if q.name == "revenue_by_country")
    rows = [
        {"country": country, "currency": "KWD", "sales": 1, "revenue": Decimal(n)}
        for n, country in enumerate((None, "", " ", "(none)", "(empty)"), start=1)
    ]
    report = make_report(replace(sample(1, 1, ["KWD"]), answers={question: rows}))
    (table,) = (t for title, t in tables_of(report).items() if "KWD revenue" in title)
    assert table[1:] == [
        ["“(empty)”", "1", "5.000"],
        ["“(none)”", "1", "4.000"],
        ["“ ”", "1", "3.000"],
        ["(empty)", "1", "2.000"],
        ["(none)", "1", "1.000"],
    ]
    names = re.findall(r'unicode-bidi="plaintext">(.*?)<', report.html)
    assert names == [row[0] for row in table[1:]]
    assert "5.000 · 33.3%" in report.html
