"""`make prune`: says first, deletes when told to, and keeps what a page of a day leads to."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ecom_assets.commands import prune
from ecom_assets.retention import prunable_runs
from ecom_assets_tests.conftest import DAY, Pipeline, event


def runs(pipeline: Pipeline) -> set[str]:
    return {run.run_id for run in pipeline.instance.get_runs()}


def later() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def told(pipeline: Pipeline) -> dict[str, Any]:
    """What Dagster says: of each asset its last run and its days, of each check its last run."""
    days = pipeline.definitions.resolve_asset_graph()
    found: dict[str, Any] = {}
    for key in days.get_all_asset_keys():
        last = pipeline.instance.fetch_materializations(key, limit=1).records
        found[str(key)] = [
            last[0].run_id if last else None,
            sorted(pipeline.instance.get_materialized_partitions(key)),
        ]
    for check in days.asset_check_keys:
        last_check = pipeline.instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [check]
        )
        found[str(check)] = [one.run_id for one in last_check.values()]
    return found


@pytest.mark.parametrize("held", [False, True])
def test_runs_go_but_for_those_that_have_the_last_word_on_a_day(
    pipeline: Pipeline, held: bool
) -> None:
    pipeline.land(f"dt={DAY}/a.jsonl", [event(1)])
    first = pipeline.run()
    other = DAY + timedelta(days=1)
    pipeline.land(f"dt={other}/a.jsonl", [event(2, event_ts=f"{other}T10:00:00Z")])
    of_another_day = pipeline.run(other)
    pipeline.land(f"dt={DAY}/a.jsonl", ["x", "y"] if held else [event(1), event(3)])
    again = pipeline.run()
    assert again.success != held
    before = told(pipeline)
    assert [*prunable_runs(pipeline.instance, datetime.now(UTC) - timedelta(days=1))] == []
    found = {run.run_id for run in prunable_runs(pipeline.instance, later())}
    # of a held day the first one published what is there, and says so on its page
    assert found == (set() if held else {first.run_id})
    assert {of_another_day.run_id, again.run_id} <= runs(pipeline) - found
    for run_id in found:
        pipeline.instance.delete_run(run_id)
    assert told(pipeline) == before


def test_it_says_first_and_deletes_when_it_is_told_to(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for lines in ([event(1), event(2)], [event(3)]):
        pipeline.land(f"dt={DAY}/a.jsonl", lines)
        assert pipeline.run().success
    monkeypatch.setattr(prune, "read_settings_or_exit", lambda: pipeline.settings)
    monkeypatch.setattr(dg.DagsterInstance, "get", lambda: nullcontext(pipeline.instance))

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(days=400)

    def printed(*arguments: str) -> str:
        capsys.readouterr()
        prune.main(arguments)
        return capsys.readouterr().out

    assert "RAW: 0 versions" in printed()
    monkeypatch.setattr(prune, "datetime", Later)
    said = printed()
    assert f"dt={DAY}/a.jsonl, replaced " in said
    assert "RAW: 1 versions replaced before" in said
    assert ", 2 lines." in said
    assert "1 of sales" in said
    assert "Nothing was deleted" in said
    assert len(pipeline.query("select * from raw.raw_sales")) == 3
    assert len(runs(pipeline)) == 2
    assert "Nothing was deleted" not in printed("--apply")
    assert len(pipeline.query("select * from raw.raw_sales")) == 1
    assert len(runs(pipeline)) == 1
    assert "RAW: 0 versions" in printed("--apply", "--versions-days", "1")


@pytest.mark.parametrize("days", ["0", "-1", "x", "1.5", ""])
def test_a_number_of_days_that_is_none_deletes_nothing(
    days: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit):
        prune.main([f"--runs-days={days}", "--apply"])
    assert "must be a number of days" in capsys.readouterr().err
