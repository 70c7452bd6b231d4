"""`make metrics`: what Prometheus reads is what the tables and Dagster say."""

import re
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.commands import metrics
from ecom_assets_tests.conftest import DAY, Pipeline, event

SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*) (-?[0-9.e+-]+)")
"""A line of Prometheus's exposition format, of a metric without labels."""


def values(text: str) -> dict[str, float]:
    """The metrics of a text in which each has its type and its help."""
    found: dict[str, float] = {}
    for told, kind, sample in zip(*[iter(text.splitlines())] * 3, strict=True):
        matched = SAMPLE.fullmatch(sample)
        assert matched, sample
        name = matched[1]
        assert told.startswith(f"# HELP {name} ")
        assert kind == f"# TYPE {name} gauge"
        assert name not in found
        found[name.removeprefix("ecom_assets_")] = float(matched[2])
    return found


def test_each_number_is_that_of_the_tables_or_of_dagster(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dg.DagsterInstance, "get", lambda: nullcontext(pipeline.instance))
    empty = values("".join(metrics.told(pipeline.settings)))
    assert "last_published_day_seconds" not in empty
    assert empty["days_held"] == empty["reject_rate"] == empty["oldest_run_seconds"] == 0

    pipeline.land(f"dt={DAY}/sales.jsonl", [event(n) for n in range(4)])
    assert pipeline.run().success
    held = DAY + timedelta(days=1)
    pipeline.land(f"dt={held}/sales.jsonl", ["x", "y", event(9, event_ts=f"{held}T10:00:00Z")])
    assert not pipeline.run(held).success
    found = values("".join(metrics.told(pipeline.settings)))
    assert found["days_held"] == 1
    assert found["days_missing"] == empty["days_missing"] - 2
    assert found["reject_rate"] == 2 / 7
    assert found["last_published_day_seconds"] == datetime(2026, 1, 5, tzinfo=UTC).timestamp()
    assert found["runs_at_work"] == 0
    assert abs(found["metrics_time_seconds"] - datetime.now(UTC).timestamp()) < 60
    assert found["places_not_freed"] == 0


def test_a_file_is_replaced_in_one_step_and_a_wrong_place_is_one_sentence(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "told", lambda _: ["a 1\n"])
    file = tmp_path / "ecom.prom"
    file.write_text("before")
    metrics.main(["--file", str(file)])
    assert file.read_text() == "a 1\n"
    assert [path.name for path in tmp_path.glob("*.prom*")] == ["ecom.prom"]
    assert file.stat().st_mode & 0o777 == 0o644
    with pytest.raises(SystemExit, match=r"FILE=.*nowhere/x cannot be written \(No such file"):
        metrics.main(["--file", str(tmp_path / "nowhere/x")])


def test_times_are_seconds() -> None:
    now = datetime(2026, 1, 8, tzinfo=UTC)
    since = [(now - timedelta(hours=hours)).timestamp() for hours in (1, 3, 2)]
    found = values("".join(metrics.lines([], [], date(2026, 1, 7), since, now)))
    assert found["last_published_day_seconds"] == (now - timedelta(days=1)).timestamp()
    assert (found["runs_at_work"], found["oldest_run_seconds"]) == (3, 3 * 3_600)
