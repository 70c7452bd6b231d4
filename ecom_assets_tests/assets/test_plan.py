"""The job `plan`: its tables are on the run's page, and wrong days fail it with a sentence."""

from collections.abc import Mapping
from typing import Any

import pytest

from ecom_assets_tests.conftest import DAY, Pipeline, event


def test_the_output_of_the_job_has_the_tables_of_the_plan(pipeline: Pipeline) -> None:
    events = [event(n) for n in range(4)]
    pipeline.land(f"dt={DAY}/a.jsonl", events)
    assert pipeline.run().success
    pipeline.land(f"dt={DAY}/a.jsonl", [*events[:3], event(3, total_amount=-3)])
    assert pipeline.run(selection=["sales_files", "raw_sales"]).success
    job = pipeline.definitions.resolve_job_def("plan")
    result = job.execute_in_process(
        instance=pipeline.instance, run_config={"first_day": str(DAY), "last_day": ""}
    )
    (output,) = [e for e in result.all_events if e.is_successful_output]
    metadata: Mapping[str, Any] = output.step_output_data.metadata
    assert "1 sale would change" in str(metadata["plan"].value)
    (row,) = metadata["Sales that change"].records
    assert (row.data["change"], row.data["reason"]) == ("rejected", "none → Negative total_amount")
    (row,) = metadata["FACT_SALES"].records
    assert (row.data["sales"], row.data["revenue"]) == ("4 → 3", "100 → 75")
    assert "Held days" not in metadata


@pytest.mark.parametrize(("first", "last"), [("2026-01-06", "2026-01-05"), ("", "x")])
def test_days_that_cannot_be_are_a_sentence(pipeline: Pipeline, first: str, last: str) -> None:
    job = pipeline.definitions.resolve_job_def("plan")
    result = job.execute_in_process(
        instance=pipeline.instance,
        run_config={"first_day": first, "last_day": last},
        raise_on_error=False,
    )
    assert not result.success
    (failed,) = result.filter_events(lambda e: e.is_step_failure)
    assert "This run was started for" in str(failed.step_failure_data.user_failure_data)
