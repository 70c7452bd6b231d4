"""A run that is ended while a step writes finds out before it would keep anything."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pytest

from ecom_assets.warehouse.duckdb import DuckDBSession
from ecom_assets_tests.conftest import DAY, Pipeline, event

WRITTEN_BEFORE: Mapping[str, list[str]] = {
    "raw/record_load": [],
    "staging/quality": ["files"],
    "analytics/publish": ["clean", "files"],
}
"""Of each script, in which the run is ended, what earlier steps have written by then."""


def kept(pipeline: Pipeline) -> Mapping[str, object]:
    """What the tables hold, and which versions of files RAW has."""
    tables = pipeline.tables()
    files = pipeline.query("select etag, superseded_at from raw.raw_sales_files order by all")
    return {"clean": tables["clean"], "fact": tables["fact"], "files": files}


@pytest.mark.parametrize("script", list(WRITTEN_BEFORE))
def test_a_run_that_was_called_canceled_keeps_nothing_of_its_step(
    script: str, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has told its process: the storage alone says so."""
    pipeline.land(f"dt={DAY}/sales.jsonl", [event(1)])
    assert pipeline.run().success
    before = kept(pipeline)
    pipeline.land(f"dt={DAY}/sales.jsonl", [event(2), event(3)])
    real = DuckDBSession.run

    def run(session: DuckDBSession, name: str, /, **values: Any) -> Any:
        if name == script:
            (at_work,) = pipeline.instance.get_runs(
                dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
            )
            pipeline.instance.report_run_canceled(at_work)
        return real(session, name, **values)

    with monkeypatch.context() as patch, pytest.raises(dg.DagsterExecutionInterruptedError):
        patch.setattr(DuckDBSession, "run", run)
        pipeline.definitions.resolve_job_def("sales").execute_in_process(
            instance=pipeline.instance, tags={"dagster/partition": DAY.isoformat()}
        )
    after = kept(pipeline)
    changed = [layer for layer in before if after[layer] != before[layer]]
    assert changed == WRITTEN_BEFORE[script]
    assert pipeline.instance.get_runs()[0].status == dg.DagsterRunStatus.CANCELED
    assert pipeline.run().success
    assert len(pipeline.tables()["fact"]) == 2
