"""The definitions as Dagster loads them, and what their pages tell."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ecom_assets.definitions import build_definitions, defs
from ecom_assets.model import sales
from ecom_assets.model.questions import questions
from ecom_assets.model.stream import Rule, to_line
from ecom_assets.model.tables import tables
from ecom_assets.reference.__main__ import parts
from ecom_assets.reference.pages import outdated
from ecom_assets.settings import PROJECT_ROOT, read_settings
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets_tests.conftest import Pipeline, event


def test_dagster_finds_the_definitions_valid() -> None:
    command = Path(sys.executable).parent / "dagster"
    result = subprocess.run(
        [command, "definitions", "validate", "-w", "workspace.yaml"],
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "BetaWarning" not in result.stderr
    assert "PreviewWarning" not in result.stderr


def test_the_graph_reads_as_the_data_flows() -> None:
    graph = defs.resolve_asset_graph()
    parents = {
        node.key.to_user_string(): {key.to_user_string() for key in node.parent_keys}
        for node in graph.asset_nodes
    }
    answers = {question.name for question in questions()}
    assert len(answers) >= 5
    assert parents == {
        "sales_files": set(),
        "raw_sales": {"sales_files"},
        "stg_sales_clean": {"raw_sales"},
        "stg_sales_rejects": {"raw_sales"},
        "fact_sales": {"stg_sales_clean", "stg_sales_rejects"},
        **{answer: {"fact_sales"} for answer in answers},
        "sales_report": answers,
        "operations_digest": set(),
    }


def test_every_asset_and_check_says_what_it_is() -> None:
    graph = defs.resolve_asset_graph()
    for node in graph.asset_nodes:
        assert node.description, node.key
        assert node.group_name != "default", node.key
        assert node.kinds, node.key
        assert node.metadata, node.key
        assert node.owners, node.key
    for spec in (check for d in defs.asset_checks or [] for check in d.check_specs):
        assert len(spec.description or "") > 40, spec.key


def test_every_asset_leads_to_the_code_that_makes_it() -> None:
    graph = defs.resolve_asset_graph()
    for node in graph.asset_nodes:
        references = node.metadata["dagster/code_references"].value.code_references
        assert references, node.key
        for reference in references:
            assert isinstance(reference, dg.LocalFileCodeReference)
            assert Path(reference.file_path).is_file(), reference
        function = Path(references[-1].file_path).read_text().splitlines()
        line = function[references[-1].line_number - 1]
        assert "asset(" in line or line.lstrip().startswith("def "), node.key
        others = ("sales_files", "sales_report", "operations_digest")
        tables = node.key.to_user_string() not in others
        assert any(r.file_path.endswith(".sql") for r in references) == tables, node.key


def test_links_lead_to_the_repository_where_there_is_one() -> None:
    settings = read_settings({"ECOM_REPOSITORY": "https://github.com/some/shop"})
    graph = build_definitions(settings).resolve_asset_graph()
    node = graph.get(dg.AssetKey("fact_sales"))
    *_, sql, function = node.metadata["dagster/code_references"].value.code_references
    base = "https://github.com/some/shop/tree/HEAD/ecom_assets"
    assert sql.url == f"{base}/sql/analytics/publish.sql"
    assert re.fullmatch(rf"{base}/assets/analytics\.py#L\d+", function.url)


def test_up_to_the_fact_table_assets_are_partitioned_by_day_and_backfilled_in_one_run() -> None:
    graph = defs.resolve_asset_graph()
    for name in ("sales_files", "raw_sales", "stg_sales_clean", "stg_sales_rejects", "fact_sales"):
        node = graph.get(dg.AssetKey(name))
        assert isinstance(node.partitions_def, dg.DailyPartitionsDefinition)
        assert node.backfill_policy == dg.BackfillPolicy.single_run()


def test_the_tables_have_the_columns_that_are_described(tmp_path: Path) -> None:
    with DuckDBWarehouse(tmp_path / "w.duckdb").session(Purpose("test", "run"), print) as session:
        found = session.columns()
    assert {name: list(columns.items()) for name, columns in found.items()} == {
        name: [(column.name, column.type) for column in columns]
        for name, columns in tables().items()
    }


def test_a_rule_added_in_one_place_appears_everywhere(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = Rule(
        name="not_free",
        reason="Free of charge",
        broken="total_amount = 0",
        scope="row",
        field="total_amount",
        broken_when="`total_amount` is zero",
        why="A gift is no sale.",
        defect=lambda event, earlier, random: to_line({**event, "total_amount": 0}),
    )
    before = sales.SALES
    monkeypatch.setattr(sales, "SALES", replace(before, rules=(*before.rules, free)))
    assert sales.SALES.version != before.version
    pipeline.land(
        "dt=2026-01-05/a.jsonl", [event(n) for n in range(5)] + [event(9, total_amount=0)]
    )
    assert pipeline.run().success
    assert pipeline.query("select reason, reasons from staging.stg_sales_rejects") == [
        ("Free of charge", "Free of charge")
    ]
    assert pipeline.evaluations("stg_sales_clean", "not_free")["2026-01-05"].passed
    assert pipeline.query(
        "select reject_rows, broken_rows from staging.sales_quality_rules where rule = 'not_free'"
    ) == [(1, 1)]
    assert any(
        spec.name == "not_free"
        for d in pipeline.definitions.asset_checks or []
        for spec in d.check_specs
    )
    pipeline.configure(source="synthetic")
    (pipeline.folder / "dt=2026-01-05/a.jsonl").unlink()
    assert pipeline.run(config={"events_per_day": 400, "defect_share": 0.1}).success
    counts = pipeline.query(
        "select count(*) from staging.stg_sales_rejects where reason = 'Free of charge'"
    )
    assert counts[0][0] > 1, "generated defects break it, too"
    pages = {page.name for page in outdated(PROJECT_ROOT, parts())}
    assert pages == {"README.md", "catalogue.md", "quality-rules.md"}, "make docs has to be run"


@pytest.mark.parametrize(
    "changed",
    [
        {"late_days": 1},
        {"reject_rate_error": Decimal("0.4")},
        {"start_date": date(2026, 1, 2)},
    ],
)
def test_a_setting_that_decides_rows_marks_staging_as_out_of_date(
    pipeline: Pipeline, changed: dict[str, Any]
) -> None:
    """It belongs to the code version; one that decides no rows does not."""

    def versions() -> set[str | None]:
        graph = pipeline.definitions.resolve_asset_graph()
        return {graph.get(dg.AssetKey(f"stg_sales_{kind}")).code_version for kind in KINDS}

    before = versions()
    pipeline.configure(reject_rate_warn=Decimal("0.2"), hide_values=True)
    assert versions() == before
    pipeline.configure(**changed)
    assert not versions() & before


KINDS = ("clean", "rejects")
