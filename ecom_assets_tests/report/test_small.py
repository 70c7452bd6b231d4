"""The charts of the assets' pages: small enough to be shown at once, whatever is in the data."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as Xml

import dagster_webserver
import pytest
from markdown_it import MarkdownIt

from ecom_assets.model.questions import questions
from ecom_assets.report.days import CLEAN, REJECTED, Bars, DayCounts
from ecom_assets.report.page import Drawn
from ecom_assets.report.small import SHOWN_AT_ONCE, small_answer, small_counts
from ecom_assets_tests.report.samples import FIRST, SAMPLES, SCRIPT, report_of

SVG = "{http://www.w3.org/2000/svg}"


class AnyAddress(MarkdownIt):
    """Markdown as Dagster's UI reads it, which shows pictures that are in their addresses."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True


def test_the_ui_shows_markdown_of_fewer_than_a_thousand_characters_at_once() -> None:
    built = Path(dagster_webserver.__file__).parent / "webapp/build/_next/static/chunks"
    limits = [
        found
        for file in built.glob("*.js")
        for found in re.findall(r"\.mdStr\.length<(\w+)", file.read_text(encoding="utf-8"))
    ]
    assert limits
    assert all(float(limit) == SHOWN_AT_ONCE + 1 for limit in limits)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "nothing"])
def test_a_small_chart_is_shown_at_once_and_its_parts_add_up(name: str) -> None:
    for drawn in small_ones(name):
        assert len(drawn.small) <= SHOWN_AT_ONCE
        chart = Xml.fromstring(unquote(address_of(drawn).partition(",")[2]))
        texts = [text.text or "" for text in chart.iter(f"{SVG}text")]
        if shares := [float(n) for text in texts for n in re.findall(r"([\d.]+)%$", text)]:
            assert abs(sum(shares) - 100) < 1, "all others are one line"
        else:
            assert len(texts) == 1 + min(len(SAMPLES[name].days), 2), "the value and the days"


def test_a_small_chart_of_days_ends_with_the_last_and_is_as_high_as_its_values() -> None:
    days = [FIRST + timedelta(n) for n in range(63)]
    counts = DayCounts([CLEAN, REJECTED], {days[-1]: {CLEAN: 60, REJECTED: 40}}, Bars(days))
    text = small_counts("A headline", counts)
    assert text.startswith("**A headline**\n\n![chart](<data:image/svg+xml,")
    assert text.endswith("A bar is 2 days; the first, pale one is 1 day.")
    chart = Xml.fromstring(unquote(text.partition(",")[2].rpartition(">)")[0]))
    drawn = [path.get("d", "") for path in chart.iter(f"{SVG}path")]
    assert re.fullmatch(r"M34\d 100V51", drawn[0])
    assert re.fullmatch(r"M34\d 51V18", drawn[1])


@pytest.mark.parametrize(
    "text", [SCRIPT, "a&b]]> 100% #1 \\ <x>", "\x00\x0b\ufffe\x1b", "株式会社" * 30]
)
def test_a_small_chart_is_a_picture_whatever_a_name_holds(text: str) -> None:
    (question,) = (q for q in questions() if q.name == "revenue_by_country")
    rows = [{"country": text, "currency": "EUR", "sales": 1, "revenue": Decimal(1)}]
    small = small_answer("A headline", question, rows, [])
    image = next(iter(AnyAddress("commonmark").parseInline(small)))
    (source,) = [str(t.attrs["src"]) for t in image.children or [] if t.type == "image"]
    (shown,) = [
        e.text or "" for e in Xml.fromstring(unquote(source.partition(",")[2])).iter(f"{SVG}text")
    ]
    assert shown.partition(" · ")[0].rstrip("…") in "".join(
        c if c.isprintable() else "·" for c in text
    )


def small_ones(name: str) -> list[Drawn]:
    """The charts of a sample that the assets' pages show."""
    report = report_of(name)
    return [*report.quality[:1], *(drawn[0] for drawn in report.answers.values() if drawn)]


def address_of(drawn: Drawn) -> str:
    """The address of the picture in a small chart."""
    return drawn.small.partition("![chart](<")[2].partition(">)")[0]
