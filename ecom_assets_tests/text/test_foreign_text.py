"""Text from the data stays text: as Markdown, in a chat, in the report; whatever it is made of."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ecom_assets.checks.drift import usual_revenue
from ecom_assets.report.days import CLEAN, Bars, DayCounts
from ecom_assets.report.small import small_counts
from ecom_assets.text.foreign_text import harmless, markdown
from ecom_assets.warehouse.contract import Row
from ecom_assets_tests.conftest import DAY
from ecom_assets_tests.security.hostile import HOSTILE
from ecom_assets_tests.torture.report import Figures

LINKED = (
    re.compile(r"https?://\w|\bwww\.\w|\b[\w.+-]+@[\w-]+\.\w", re.IGNORECASE),
    re.compile(r"\w(?:tps?|ftp|javascript|mailto|tg)://", re.IGNORECASE),
)
"""What GitHub's Markdown makes a link of after it has read the escapes: of its implementation,
mdast-util-gfm-autolink-literal, which Dagster's UI uses."""

MENTIONS = re.compile(r"@(everyone|here|channel)|<[@!#]|<https?:|\]\(")
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from([*HOSTILE, *"<>[]()!@&\\`*_~|#:/. w"]), max_size=6).map("".join),
    st.lists(st.sampled_from("wWhtps:/\\.&#58;@x[](){}<>!`*"), max_size=20).map("".join),
    st.text(max_size=30),
)


def shown(text: str) -> str:
    """What a reader of Markdown sees; fails where that is anything but text."""
    said = ""
    for block in MarkdownIt("commonmark").parse(text):
        assert block.type in ("paragraph_open", "inline", "paragraph_close"), block
        for piece in block.children or ():
            assert piece.type in ("text", "text_special", "softbreak"), (text, piece)
            said += piece.content
    return said


def test_as_markdown_it_is_no_link_no_image_and_no_tag(figures: Figures, torture: bool) -> None:
    @settings(max_examples=20_000 if torture else 50, deadline=None, derandomize=not torture)
    @given(TEXTS)
    def is_text(text: str) -> None:
        figures.count("inputs tried")
        one_line = " ".join(text.split())
        said = shown(f"x {markdown(one_line)}")
        assert not any(pattern.search(said) for pattern in LINKED), said

    is_text()


def test_in_a_message_it_mentions_and_links_nothing(figures: Figures, torture: bool) -> None:
    @settings(max_examples=20_000 if torture else 50, deadline=None, derandomize=not torture)
    @given(TEXTS)
    def is_text(text: str) -> None:
        figures.count("inputs tried")
        said = harmless(text)
        assert said.isprintable()
        assert not MENTIONS.search(said)
        assert not set(said) & set("@<>`*~|[]&\\")
        for pattern in LINKED:
            assert not pattern.search(said), said
            # the digest is shown as Markdown, too
            assert not pattern.search(MarkdownIt("commonmark").render(f"- {said}")), said

    is_text()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_chart_s_headline_is_text(text: str) -> None:
    day = date(2026, 1, 5)
    counts = DayCounts([CLEAN], {day: {CLEAN: 1}}, Bars([day]))
    said = small_counts(" ".join(text.split())[:40], counts)
    headline, _, picture = said.partition("\n\n")
    assert picture.startswith("![chart](<data:image/svg+xml,%3Csvg ")
    assert not any(pattern.search(shown(headline.strip("*"))) for pattern in LINKED)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_check_s_description_is_text(text: str) -> None:
    totals: dict[date, list[Row]] = {DAY: [{"currency": text * 100, "sales": 200, "revenue": 1}]}
    said = usual_revenue(totals, DAY).description
    assert len(said) < 120
    assert not set(said) & set("@<>`*~|[]&\\\n\x1b")
    assert not any(pattern.search(said) for pattern in LINKED)
