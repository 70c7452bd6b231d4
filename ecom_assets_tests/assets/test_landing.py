"""`sales_files`: the day's batch as it lies in the landing zone."""

import logging
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.snap.snap_to_yaml import default_values_yaml_from_type_snap

from ecom_assets.assets.landing import GeneratorConfig
from ecom_assets_tests.conftest import DAY, Pipeline, event


def data_version(pipeline: Pipeline, day: date = DAY) -> str:
    """The data version of a day's latest materialization."""
    records = pipeline.instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey("sales_files"), asset_partitions=[day.isoformat()]),
        limit=1,
    ).records
    materialization = records[0].asset_materialization
    assert materialization is not None
    return (materialization.tags or {})["dagster/data_version"]


def files(pipeline: Pipeline) -> dict[str, bytes]:
    """All files in the landing zone."""
    root = pipeline.folder
    return {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()}


def test_the_data_version_changes_only_when_the_files_do(pipeline: Pipeline) -> None:
    path = pipeline.land("dt=2026-01-05/a.jsonl", [event()])
    pipeline.run(selection=["sales_files"])
    before = data_version(pipeline)
    pipeline.run(selection=["sales_files"])
    assert data_version(pipeline) == before
    path.write_bytes(path.read_bytes() + b"{}\n")
    pipeline.run(selection=["sales_files"])
    rewritten = data_version(pipeline)
    assert rewritten != before
    pipeline.land("dt=2026-01-05/b.jsonl", [event(2)])
    pipeline.run(selection=["sales_files"])
    assert data_version(pipeline) not in (before, rewritten)


def test_a_range_run_gives_each_day_the_data_version_of_its_own_files(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event()])
    pipeline.land("dt=2026-01-06/a.jsonl", [event(2)])
    pipeline.run(DAY, date(2026, 1, 6), selection=["sales_files"])
    in_range = data_version(pipeline)
    assert in_range != data_version(pipeline, date(2026, 1, 6))
    pipeline.run(selection=["sales_files"])
    assert data_version(pipeline) == in_range


def test_the_manifest_names_each_file_with_its_size(pipeline: Pipeline) -> None:
    path = pipeline.land("dt=2026-01-05/sub/a.jsonl", [event()])
    pipeline.run(selection=["sales_files"])
    record = pipeline.instance.get_latest_materialization_event(dg.AssetKey("sales_files"))
    assert record is not None
    assert record.asset_materialization is not None
    metadata = record.asset_materialization.metadata
    assert metadata["files"].value == 1
    assert metadata["bytes"].value == path.stat().st_size
    manifest = metadata["manifest"]
    assert isinstance(manifest, dg.TableMetadataValue)
    assert manifest.records[0].data["file"] == "dt=2026-01-05/sub/a.jsonl"


def test_a_synthetic_source_fills_days_without_files_and_touches_no_others(
    pipeline: Pipeline,
) -> None:
    pipeline.configure(source="synthetic")
    pipeline.land("dt=2026-01-05/mine.jsonl", [event()])
    before = files(pipeline)
    pipeline.run(DAY, date(2026, 1, 6), selection=["sales_files"])
    after = files(pipeline)
    assert set(after) - set(before) == {"dt=2026-01-06/sales.jsonl"}
    assert after["dt=2026-01-05/mine.jsonl"] == before["dt=2026-01-05/mine.jsonl"]


def test_an_external_source_is_never_written(pipeline: Pipeline) -> None:
    assert pipeline.run().success
    assert not pipeline.folder.exists()


def test_the_launchpad_sets_count_share_and_seed(pipeline: Pipeline) -> None:
    pipeline.configure(source="synthetic")
    config = {"events_per_day": 300, "defect_share": 0.0, "seed": 9}
    assert pipeline.run(config=config).success
    raw, clean, rejects = pipeline.balance()
    assert 100 < raw < 600
    assert (clean, rejects) == (raw, 0)
    first = files(pipeline)
    pipeline.run(config={**config, "seed": 10})
    assert files(pipeline) == first, "files that are there are not touched"
    pipeline.run(config={**config, "seed": 10, "overwrite": True})
    assert files(pipeline) != first


def said(result: dg.ExecuteInProcessResult, pipeline: Pipeline) -> list[str]:
    """What the run's steps have logged."""
    return [entry.user_message for entry in pipeline.instance.all_logs(result.run_id)]


def test_what_the_launchpad_sets_in_vain_is_said(pipeline: Pipeline) -> None:
    pipeline.configure(source="synthetic")
    pipeline.land("dt=2026-01-06/mine.jsonl", [event()])
    last = date(2026, 1, 8)
    assert pipeline.run(DAY, selection=["sales_files"], config={"events_per_day": 9}).success
    run = pipeline.run(DAY, last, selection=["sales_files"], config={"events_per_day": 8})
    told = said(run, pipeline)
    assert (
        "2026-01-05 has files already: nothing generated; overwrite: true generates them again"
    ) in told
    assert (
        "2026-01-06 has files already: nothing generated; they come from elsewhere, and are never "
        "overwritten"
    ) in told
    assert sum(line.startswith("generated ") for line in told) == 2
    again = pipeline.run(DAY, last, selection=["sales_files"])
    assert any(
        "2026-01-05, 2026-01-07 to 2026-01-08 have" in line for line in said(again, pipeline)
    )

    pipeline.configure(source="external")
    ignored = "The settings of the Launchpad are ignored: with ECOM_SOURCE=external nothing is gene"
    for config, lines in ((None, 0), ({"seed": 2}, 1)):
        run = pipeline.run(selection=["sales_files"], config=config)
        assert sum(line.startswith(ignored) for line in said(run, pipeline)) == lines


@pytest.mark.parametrize(
    ("name", "value", "most"),
    [
        ("events_per_day", -5, "10,000,000"),
        ("events_per_day", 10**12, "10,000,000"),
        ("defect_share", 2.0, "1"),
        ("defect_share", float("nan"), "1"),
    ],
)
def test_what_is_out_of_range_in_the_launchpad_is_one_sentence_before_anything_is_written(
    pipeline: Pipeline, name: str, value: float, most: str
) -> None:
    pipeline.configure(source="synthetic")
    (failure,) = pipeline.run(config={name: value}).get_step_failure_events()
    assert failure.step_failure_data.user_failure_data is not None
    assert failure.step_failure_data.user_failure_data.description == (
        f"In the Launchpad, {name} is {value}, but it must be from 0 to {most}: nothing was read "
        "or written. Start the run again with another value."
    )
    assert failure.step_key == "sales_files"
    assert not pipeline.folder.exists()


def test_the_launchpad_shows_what_a_run_of_days_takes_and_nothing_else(pipeline: Pipeline) -> None:
    job = pipeline.definitions.get_repository_def().get_job("__ASSET_JOB").get_job_snapshot()
    (root,) = (mode.root_config_key for mode in job.mode_def_snaps)
    schema = job.config_schema_snapshot
    shown = default_values_yaml_from_type_snap(schema, schema.get_config_snap(str(root)))
    settings = sorted(GeneratorConfig().model_dump().items())
    assert shown.partition("resources:")[0] == "\n".join(
        [
            *("ops:", "  sales_files:", "    config:"),
            *(f"      {name}: {value}".replace("False", "false") for name, value in settings),
            "",
        ]
    )


def test_overwrite_touches_generated_files_only(pipeline: Pipeline) -> None:
    pipeline.configure(source="synthetic")
    pipeline.land("dt=2026-01-05/mine.jsonl", [event()])
    before = files(pipeline)
    pipeline.run(selection=["sales_files"], config={"overwrite": True})
    assert files(pipeline) == before


def passed_over(pipeline: Pipeline, day: date = DAY) -> tuple[object, list[tuple[str, str]]]:
    """How many files a day's page counts as passed over, and which it names with why."""
    of_day = dg.AssetRecordsFilter(dg.AssetKey("sales_files"), asset_partitions=[str(day)])
    (record,) = pipeline.instance.fetch_materializations(of_day, limit=1).records
    assert record.asset_materialization is not None
    metadata = record.asset_materialization.metadata
    named = metadata.get("passed over")
    records = named.records if isinstance(named, dg.TableMetadataValue) else []
    rows = [(str(row.data["file"]), str(row.data["why"])) for row in records]
    return metadata["files passed over"].value, rows


ODD = {
    **{"dt=2026-01-05/a.json": "suffix", "dt=2026-01-05/sub/b.gz.tmp": "suffix"},
    **{"date=2026-01-05/a.jsonl": "folder", "dt=2026-1-5/a.jsonl": "folder", "x.jsonl": "folder"},
    **{"dt=2025-12-31/a.jsonl": "before the first partition"},
    **{"dt=9999-12-31/a.jsonl": "in the future"},
}


def test_what_is_passed_over_is_counted_and_named(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/good.jsonl", [event()])
    pipeline.run(selection=["sales_files"])
    assert passed_over(pipeline) == (0, [])
    before = data_version(pipeline)
    for name in ODD:
        pipeline.land(name, [event(2)])
    run = pipeline.run(selection=["sales_files"])
    count, named = passed_over(pipeline)
    assert (count, dict(named)) == (len(ODD), ODD)
    assert data_version(pipeline) == before, "it changes nothing of the day"
    (warning,) = [
        entry.user_message
        for entry in pipeline.instance.all_logs(run.run_id)
        if entry.level == logging.WARNING and entry.user_message.startswith("Passed over: ")
    ]
    for name in ODD:
        assert name in warning


def test_a_range_names_another_suffix_with_its_day_and_the_rest_with_the_last(
    pipeline: Pipeline,
) -> None:
    for name in ("dt=2026-01-05/a.csv", "dt=2026-01-06/b.csv", "date=2026-01-05/c.jsonl"):
        pipeline.land(name, [event()])
    pipeline.run(DAY, date(2026, 1, 7), selection=["sales_files"])
    assert passed_over(pipeline) == (1, [("dt=2026-01-05/a.csv", "suffix")])
    assert passed_over(pipeline, date(2026, 1, 6)) == (1, [("dt=2026-01-06/b.csv", "suffix")])
    assert passed_over(pipeline, date(2026, 1, 7)) == (1, [("date=2026-01-05/c.jsonl", "folder")])


def test_the_folder_of_a_day_that_is_not_over_is_not_due(pipeline: Pipeline) -> None:
    today = datetime.now(UTC).date()
    pipeline.land(f"dt={today}/a.jsonl", [event()])
    pipeline.land(f"dt={today + timedelta(days=2)}/a.jsonl", [event()])
    pipeline.run(selection=["sales_files"])
    assert passed_over(pipeline)[1] == [
        (f"dt={today + timedelta(days=2)}/a.jsonl", "in the future")
    ]
