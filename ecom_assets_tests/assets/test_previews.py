"""The previews on the assets' pages show what a person wants to see of a day."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ecom_assets.assets.tables import preview, preview_of_day
from ecom_assets.checks.samples import HIDDEN
from ecom_assets_tests.conftest import Pipeline, event

TABLES = ("raw_sales", "stg_sales_clean", "stg_sales_rejects")


def test_raw_shows_events_and_a_line_that_is_none_and_rejects_show_the_value(
    pipeline: Pipeline,
) -> None:
    lines: list[dict[str, Any] | str] = [
        event(1),
        event(2, quantity="two"),
        event(3),
        "no JSON",
        "nor this",
    ]
    pipeline.land("dt=2026-01-05/a.jsonl", lines)
    pipeline.run(selection=TABLES)

    def shown(asset: str) -> list[dict[str, Any]]:
        records = pipeline.latest_metadata(asset)["preview"].records
        return sorted((r.data for r in records), key=lambda row: row["file_and_line"])

    place = "dt=2026-01-05/ a.jsonl"
    raw = shown("raw_sales")
    assert [r["file_and_line"] for r in raw] == [f"{place} :{n}" for n in (1, 2, 4)]
    assert json.loads(raw[0]["raw"]) == event(1)
    assert raw[2] == {"raw": "no JSON", "file_and_line": f"{place} :4"}
    assert [(r["reasons"], r["offending_value"]) for r in shown("stg_sales_rejects")] == [
        ("Invalid quantity", "two"),
        ("Malformed JSON", "no JSON"),
    ]


def test_a_sale_is_shown_money_first_with_its_moment_whole_and_its_id_by_its_end(
    pipeline: Pipeline,
) -> None:
    long = "08b161b3810f7ae446644dc84a389d61"
    sale = event(1, event_id=long, total_amount=1234.5, currency="KWD", category="Toys")
    pipeline.land("dt=2026-01-05/a.jsonl", [sale, event(2, currency="JPY", total_amount=12)])
    assert pipeline.run(selection=(*TABLES, "fact_sales")).success
    moment = datetime.fromisoformat(sale["event_ts"]).astimezone(UTC).replace(tzinfo=None)
    for asset in ("stg_sales_clean", "fact_sales"):
        shown = pipeline.latest_metadata(asset)["preview"]
        rows = [r.data for r in shown.records]
        columns = [column.name for column in shown.schema.columns]
        assert [(column, rows[0][column]) for column in columns] == [
            ("total_amount", "1234.500 KWD"),
            ("event_ts", moment.isoformat(" ", "milliseconds")),
            ("category", "Toys"),
            ("event_id", "··389d61"),
            ("file_and_line", "dt=2026-01-05/ a.jsonl :1"),
        ]
        assert rows[1]["total_amount"] == "12 JPY"


@pytest.mark.parametrize(
    ("currency", "revenue", "said"),
    [
        ("KWD", "5.0000", "5.000"),
        ("KWD", "0.1234", "0.1234"),
        ("JPY", "1000.0000", "1000"),
        ("EUR", "19.9000", "19.90"),
        (None, "5.0000", "5.00"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency_and_loses_none(
    currency: str | None, revenue: str, said: str
) -> None:
    shown: Any = preview([{"currency": currency, "revenue": Decimal(revenue), "units": Decimal(2)}])
    (record,) = shown.records
    assert record.data == {"currency": currency, "revenue": said, "units": "2"}


def test_an_item_of_a_line_that_is_not_the_first_is_named_and_a_short_id_is_whole() -> None:
    place = {"source_filename": "a.jsonl", "source_row_number": 7, "source_item_number": 2}
    shown: Any = preview_of_day([{"event_id": "12345678", **place}, {"event_id": None, **place}])
    assert [record.data for record in shown.records] == [
        {"event_id": "12345678", "file_and_line": "a.jsonl :7 item 2"},
        {"event_id": None, "file_and_line": "a.jsonl :7 item 2"},
    ]


@pytest.mark.parametrize("text", ["two", 'a,"b', "a,", 'x":"' + "y" * 30, "\\", "{a:b,c}"])
def test_a_line_of_json_in_a_preview_can_be_broken_between_fields_and_says_the_same(
    text: str,
) -> None:
    line = json.dumps(event(1, category=text), separators=(",", ":"))
    shown: Any = preview([{"raw": line}])
    (record,) = shown.records
    assert json.loads(record.data["raw"]) == event(1, category=text)
    assert max(map(len, record.data["raw"].split())) <= 42


def test_with_values_hidden_no_preview_shows_what_a_line_brought(pipeline: Pipeline) -> None:
    pipeline.configure(hide_values=True)
    fields = {"country": "canary-a", "event_id": "canary-b", "session_id": "canary-c"}
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1, **fields), "canary-d"])
    pipeline.configure(reject_rate_error=Decimal(1))
    assert pipeline.run(selection=(*TABLES, "fact_sales")).success
    for asset in (*TABLES, "fact_sales"):
        told = pipeline.latest_metadata(asset)
        assert "canary" not in str(told), asset
        assert HIDDEN in str(told["preview"]), asset
