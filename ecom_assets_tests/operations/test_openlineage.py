"""Lineage for other catalogues, by the configuration in docs/operations.md: Dagster's own storage
wrapped by a public package, whose client writes its events into a file."""

import json
import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml  # type: ignore[import-untyped]

from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.conftest import DAY, Pipeline, event
from ecom_assets_tests.docs.markdown import Page


@pytest.mark.torture
def test_each_asset_tells_what_it_is_made_of_and_each_check_its_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = Page(PROJECT_ROOT / "docs/operations.md").blocks("yaml")
    config = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text())
    del config["storage"]
    home, events = tmp_path / "home", tmp_path / "events.jsonl"
    home.mkdir()
    wrapped = yaml.safe_load(block.replace("/srv/ecom_assets", str(home)))
    (home / "dagster.yaml").write_text(yaml.safe_dump(config | wrapped))
    transport = {"type": "file", "log_file_path": str(events), "append": True}
    (home / "openlineage.yml").write_text(yaml.safe_dump({"transport": transport}))
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(home / "openlineage.yml"))
    with dg.DagsterInstance.get() as instance:
        pipeline = Pipeline(tmp_path, instance)
        pipeline.land(f"dt={DAY}/a.jsonl", [event(1), "no JSON"])
        assert not pipeline.run().success, "half of it are rejects, so the day is held"
        pipeline.land(f"dt={DAY}/a.jsonl", [event(1)])
        assert pipeline.run().success
        assert pipeline.materialized("fact_sales") == {str(DAY)}
    shutil.copy(PROJECT_ROOT / "dagster.yaml", home)  # without the package it is all there
    with dg.DagsterInstance.get() as instance:
        assert instance.get_materialized_partitions(dg.AssetKey("fact_sales")) == {str(DAY)}

    told = [json.loads(line) for line in events.read_text().splitlines()]
    assert {one["job"]["namespace"] for one in told} == {"shop"}
    completed: dict[str, Any] = {
        one["job"]["name"]: one for one in told if one["eventType"] == "COMPLETE"
    }
    assert {str(key.path[0]) for key in pipeline.definitions.resolve_all_asset_keys()} - {
        "operations_digest"
    } <= completed.keys()
    (fact,) = completed["fact_sales"]["outputs"]
    (source,) = fact["facets"]["columnLineage"]["fields"]["event_id"]["inputFields"]
    assert (source["name"], source["field"]) == ("stg_sales_clean", "event_id")
    outcomes = [
        (assertion["assertion"], assertion["success"])
        for one in told
        if one["job"]["name"].endswith("__checks")
        for asked in one["inputs"]
        for assertion in asked["inputFacets"]["dataQualityAssertions"]["assertions"]
    ]
    assert ("reject_rate", False) in outcomes
    assert ("reject_rate", True) in outcomes
