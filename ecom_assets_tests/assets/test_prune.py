"""The job `prune`: it says first, deletes with `apply`, and never the run that prunes."""

from datetime import datetime, timedelta
from typing import Any

import dagster as dg
import pytest

from ecom_assets.assets import prune
from ecom_assets_tests.conftest import DAY, Pipeline, event


class Later(datetime):
    """A clock by which all that there is ended long ago, also the run that asks it."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.now(tz) + timedelta(days=400)


def run_job(pipeline: Pipeline, **form: Any) -> dg.ExecuteInProcessResult:
    job = pipeline.definitions.resolve_job_def("prune")
    return job.execute_in_process(instance=pipeline.instance, run_config=form, raise_on_error=False)


def said(result: dg.ExecuteInProcessResult) -> str:
    (output,) = [e for e in result.all_events if e.is_successful_output]
    return str(output.step_output_data.metadata["what"].value)


def test_the_job_says_first_deletes_with_apply_and_stays_itself(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lines in ([event(1), event(2)], [event(3)]):
        pipeline.land(f"dt={DAY}/a.jsonl", lines)
        assert pipeline.run().success
    first, last = [run.run_id for run in reversed(pipeline.instance.get_runs())]
    assert "RAW: 0 versions" in said(run_job(pipeline))
    monkeypatch.setattr(prune, "datetime", Later)
    dry = run_job(pipeline)
    assert "RAW: 1 versions replaced before" in said(dry)
    assert ", 2 lines. Dagster: 2 runs that ended before" in said(dry)
    assert "1 of sales" in said(dry)
    assert "Nothing was deleted" in said(dry)
    assert len(pipeline.query("select * from raw.raw_sales")) == 3
    assert len(pipeline.instance.get_runs()) == 4
    done = run_job(pipeline, apply=True)
    assert done.success
    assert "Nothing was deleted" not in said(done)
    assert len(pipeline.query("select * from raw.raw_sales")) == 1
    left = {run.run_id for run in pipeline.instance.get_runs()}
    assert left == {last, done.run_id}, "of the day's runs the one with its last word"
    assert first not in left


@pytest.mark.parametrize("form", [{"versions_days": 0}, {"runs_days": -1}, {"runs_days": 10**6}])
def test_a_number_of_days_that_is_none_deletes_nothing(
    pipeline: Pipeline, form: dict[str, int]
) -> None:
    result = run_job(pipeline, apply=True, **form)
    assert not result.success
    (failed,) = result.filter_events(lambda e: e.is_step_failure)
    ((name, days),) = form.items()
    wrong = f"Nothing was deleted: {name} is {days}, but it must be a number of days from 1 to"
    assert wrong in str(failed.step_failure_data.user_failure_data)
