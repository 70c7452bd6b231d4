"""The texts of alerts: exactly what people read, whatever the data holds."""

from datetime import date, timedelta

import pytest

from ecom_assets.alerts.failed_runs import FailedRun, run_message
from ecom_assets.alerts.messages import TEXT_LENGTH, TITLE_LENGTH, check_message, check_url
from ecom_assets.alerts.outcomes import Change, Day, Evaluation, News, Outcome
from ecom_assets.text.foreign_text import harmless
from ecom_assets_tests.conftest import DAY

CHECK = "stg_sales_rejects:reject_rate"
UI = "https://dagster.example/prefix"


def change(day: Day, before: int, after: int, text: str = "it is so", *sample: str) -> Change:
    evaluation = Evaluation(1, CHECK, day, Outcome(after), text, sample, "run-1")
    return Change(day, Outcome(before), Outcome(after), evaluation)


def news(*changes: Change, unchanged: dict[Day, Outcome] | None = None) -> News:
    known = unchanged or {}
    failing = {each.day: each.after for each in changes if each.after}
    return News(CHECK, changes, {**known, **failing})


def test_a_failing_check_with_everything_there_is_to_say() -> None:
    d1, d2, d3 = (DAY + timedelta(days=n) for n in range(3))
    message = check_message(
        news(
            change(d1, 0, 1, "15 of 100 sales rejected"),
            change(d2, 0, 2, "40 of 100 sales rejected", "line 1", "line 2"),
            change(d3, 2, 0),
            unchanged={date(2026, 1, 1): Outcome.ERROR},
        ),
        UI,
    )
    assert message.kind == "failure"
    assert message.title == (
        "ERROR: reject_rate on stg_sales_rejects failed for 2 days: 2026-01-05 to 2026-01-06"
    )
    assert message.text.splitlines() == [
        "- 2026-01-06 ERROR: 40 of 100 sales rejected",
        "- 2026-01-05 WARNING: 15 of 100 sales rejected",
        "Pass again: 1 day: 2026-01-07",
        "Known to fail and still failing: 1 day: 2026-01-01",
        f"Check: {UI}/assets/stg_sales_rejects?view=checks&checkDetail=reject_rate",
        f"Run: {UI}/runs/run-1",
        "Some failing rows:",
        "- line 1",
        "- line 2",
    ]


@pytest.mark.parametrize(
    ("found", "title", "kind"),
    [
        (news(change(DAY, 0, 1)), "WARNING: {} failed for 1 day: 2026-01-05", "warning"),
        (news(change(None, 0, 2)), "ERROR: {} failed for the table as a whole", "failure"),
        (
            news(change(None, 2, 0)),
            "RECOVERED: {} passes again for the table as a whole",
            "success",
        ),
        (news(change(DAY, 2, 1)), "WARNING NOW: {} for 1 day: 2026-01-05", "warning"),
        (
            news(*(change(DAY + timedelta(days=n), 2, 0) for n in range(3))),
            "RECOVERED: {} passes again for 3 days: 2026-01-05 to 2026-01-07",
            "success",
        ),
        (
            news(change(DAY, 2, 0), unchanged={date(2026, 1, 1): Outcome.ERROR}),
            "RECOVERED: {} passes again for 1 day: 2026-01-05",
            "success",
        ),
        (
            news(unchanged={DAY: Outcome.WARNING}),
            "STILL WARNING: {} fails for 1 day: 2026-01-05",
            "warning",
        ),
    ],
)
def test_the_title_says_it_all(found: News, title: str, kind: str) -> None:
    message = check_message(found, UI)
    assert message.title == title.format("reject_rate on stg_sales_rejects")
    assert message.kind == kind


def test_many_days_long_values_and_many_rows_fit_a_chat_with_the_links_in() -> None:
    days = [DAY + timedelta(days=2 * n) for n in range(400)]
    found = news(*(change(day, 0, 2, "x" * 5_000, *["y" * 5_000] * 9) for day in days))
    message = check_message(found, UI)
    assert len(message.title) <= TITLE_LENGTH
    assert "failed for 400 days: 2026-01-05, 2026-01-07" in message.title
    assert len(message.text) <= TEXT_LENGTH + 1
    assert "… and 394 more days" in message.text
    assert check_url(UI, CHECK) in message.text
    runs = [FailedRun(f"{n:08}-run", "a run of sales", "z" * 5_000) for n in range(400)]
    message_of_runs = run_message(runs, UI)
    assert message_of_runs.title == "ERROR: 400 runs failed"
    assert len(message_of_runs.text) <= TEXT_LENGTH + 1
    assert f"… and 395 more: {UI}/runs" in message_of_runs.text


HOSTILE = (
    "@channel <!here> @everyone <@U123> <https://evil.example|click> [x](https://evil.example) "
    "`code` *bold* ~gone~\r\nSubject: x\x1b[31m\u202eabc\u2028\x00\ud800 <b>html</b>"
)


def test_data_mentions_nobody_links_nowhere_and_formats_nothing() -> None:
    shown = harmless(HOSTILE)
    assert not set(shown) & set("@<>`*~|[]\r\n\t\x00\x1b\u202e\u2028\ud800")
    assert "://" not in shown
    assert shown.isprintable()
    assert "click" in shown
    shown.encode()
    found = news(change(DAY, 0, 2, HOSTILE, HOSTILE))
    text = check_message(found, UI).text
    links = [word for word in text.split() if "://" in word]
    assert all(link.startswith(UI) for link in links)
    run = run_message([FailedRun("run-1", "a materialization", HOSTILE)], UI)
    for each in (text, run.text):
        assert not set(each) & set("@<>`*~|[]\r\x00\x1b\u202e")


def test_a_long_value_is_cut_before_it_is_looked_at() -> None:
    assert harmless("x" * 50_000_000) == "x" * 220 + "…"


def test_a_run_that_failed() -> None:
    message = run_message(
        [FailedRun("0123456789", "a run of sales for 2026-01-05", "raw_sales: no", " (so it is)")],
        UI,
    )
    assert message.title == "ERROR: a run of sales for 2026-01-05 failed"
    assert message.text == (
        f"- 01234567 (a run of sales for 2026-01-05): raw_sales: no (so it is) {UI}/runs/0123456789"
    )
