"""The previews on the assets' pages show what a person wants to see of a day."""

import json
from decimal import Decimal
from typing import Any

from ecom_assets.assets.tables import preview
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
        return sorted((r.data for r in records), key=lambda row: row["source_row_number"])

    raw = shown("raw_sales")
    assert [(r["source_row_number"], r["raw_text"]) for r in raw] == [
        (1, None),
        (2, None),
        (4, "no JSON"),
    ]
    assert json.loads(raw[0]["raw"]) == event(1)
    assert [(r["reasons"], r["offending_value"]) for r in shown("stg_sales_rejects")] == [
        ("Invalid quantity", "two"),
        ("Malformed JSON", "no JSON"),
    ]


def test_a_line_of_json_in_a_preview_can_be_broken_between_fields_and_says_the_same() -> None:
    line = json.dumps(event(1), separators=(",", ":"))
    shown: Any = preview([{"raw": line}])
    (record,) = shown.records
    assert json.loads(record.data["raw"]) == event(1)
    assert max(map(len, record.data["raw"].split())) < 50


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
