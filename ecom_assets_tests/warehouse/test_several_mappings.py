"""Files of several producers side by side: each is read by its own mapping."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from ecom_assets.landing.folder import FolderZone
from ecom_assets.model.limits import Limits
from ecom_assets.model.mapping_file import named_mapping
from ecom_assets.model.reading import Reading
from ecom_assets.model.sales import SALES
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBWarehouse

DATA = PROJECT_ROOT / "ecom_assets_tests/data/mappings"
DAY = date(2026, 1, 5)
NAMES = ("shopify_order", "stripe_charge", "ga4_purchase")


def test_each_file_is_read_by_the_first_mapping_whose_pattern_fits(tmp_path: Path) -> None:
    folder = tmp_path / f"landing/dt={DAY}"
    for name in (*NAMES, "sale_line"):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.jsonl").write_bytes((DATA / f"{name}.jsonl").read_bytes())
    mappings = tuple((f"{name}/*", named_mapping(name, tmp_path, SALES)) for name in NAMES)
    reading = Reading(mappings=mappings)
    limits = Limits(DAY, 0, Decimal(1), Decimal(1), hide_values=False, reading=reading)
    warehouse = DuckDBWarehouse(tmp_path / "sales.duckdb", reading=reading)
    days = EventDays(DAY, DAY)
    with warehouse.session(Purpose("test", "test"), print) as session:
        zone = FolderZone(tmp_path / "landing")
        load_new_files(session, zone, days, run_id="test", log=print)
        stage_days(session, days, limits, run_id="test")
        clean = [
            (r["source"], r["event_id"]) for r in session.read_table("staging.stg_sales_clean")
        ]
    expected = [
        (name, row["event_id"])
        for name in (*NAMES, "sale_line")
        for row in json.loads((DATA / f"{name}.expected.json").read_text())["clean"]
    ]
    assert sorted(clean) == sorted(expected)
