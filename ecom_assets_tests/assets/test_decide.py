"""The job `decide`: what its form refuses, and what becomes of what people write into it."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import dagster as dg
import pytest

from ecom_assets.assets.answers import REPORT_FILE
from ecom_assets.pipeline.decide import TEXT_LENGTH
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets.text.foreign_text import harmless
from ecom_assets_tests.conftest import DAY, Pipeline, event
from ecom_assets_tests.support.dev_server import clean_environment

HOLD = {"decision": "hold", "who": "Ann", "why": "asked for anew", "first_day": str(DAY)}
SCRIPT = "<script>alert(1)</script> [x](http://evil.example) @all"


def fill_in(pipeline: Pipeline, form: Mapping[str, Any]) -> dg.ExecuteInProcessResult:
    """Launch the job with a form."""
    return pipeline.definitions.resolve_job_def("decide").execute_in_process(
        instance=pipeline.instance, run_config=form, raise_on_error=False
    )


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({**HOLD, "first_day": "Monday"}, "Monday to Monday: these must be dates such as"),
        ({**HOLD, "first_day": ""}, "The decision hold needs the days it is about."),
        ({**HOLD, "first_day": "", "last_day": str(DAY)}, "(nothing) to 2026-01-05: these must be"),
        ({**HOLD, "last_day": "2026-01-04"}, "2026-01-05 to 2026-01-04: the earlier day must come"),
        ({**HOLD, "first_day": "1999-01-01"}, "1999-01-01: the event dates are 2026-01-01 to"),
        ({**HOLD, "who": " "}, "`who` is empty: a decision says who made it and why."),
        ({**HOLD, "why": "x" * (TEXT_LENGTH + 1)}, "`why` has 501 characters: at most 500 are"),
        ({**HOLD, "up_to": 0.4}, "`up_to` says nothing for the decision hold"),
        ({**HOLD, "decision": "publish", "up_to": 40}, "`up_to` is 40.0: a share from 0 to 1"),
        ({**HOLD, "decision": "publish", "up_to": float("nan")}, "`up_to` is NaN: a share from"),
        ({**HOLD, "decision": "publish"}, "2026-01-05 is not held: there is nothing to decide."),
    ],
)
def test_a_form_that_makes_no_sense_is_a_sentence(
    pipeline: Pipeline, form: Mapping[str, Any], sentence: str
) -> None:
    result = fill_in(pipeline, form)
    (failed,) = result.filter_events(lambda e: e.is_step_failure)
    failure = failed.step_failure_data
    assert failure.user_failure_data
    assert (failure.user_failure_data.description or "").startswith(
        f"Nothing was decided. {sentence}"
    )
    assert failure.error
    assert failure.error.cause is None, "no other error is shown below it"
    assert not result.filter_events(lambda e: e.is_step_up_for_retry)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({**HOLD, "decision": "ignore"}, "at path root:decision"),
        ({k: v for k, v in HOLD.items() if k != "who"}, 'entry "who"'),
        ({**HOLD, "day": str(DAY)}, 'unexpected config entry "day"'),
        ({**HOLD, "up_to": "a lot"}, "at path root:up_to"),
    ],
    ids=["no such decision", "nobody", "no such field", "no number"],
)
def test_a_form_that_is_filled_in_wrongly_starts_no_run(
    pipeline: Pipeline, form: Mapping[str, Any], error: str
) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError, match=error):
        fill_in(pipeline, form)
    assert pipeline.instance.get_runs() == []


def test_what_people_write_is_harmless_wherever_it_is_shown(pipeline: Pipeline) -> None:
    pipeline.land(f"dt={DAY}/a.jsonl", [*(event(n) for n in range(4)), "no JSON", "none", "?"])
    assert not pipeline.run().success
    result = fill_in(pipeline, {**HOLD, "decision": "publish", "who": SCRIPT, "why": SCRIPT})
    assert result.success
    assert pipeline.run().success

    page = (pipeline.folder.parent / "reports" / REPORT_FILE).read_text()
    assert "Published by decision" in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    check = pipeline.evaluations("stg_sales_rejects", "reject_rate")[str(DAY)]
    shown = f"{check.description} {check.metadata['decision'].value}"
    assert shown.count(harmless(SCRIPT)) >= 2
    assert not set("<>[]@") & set(shown)

    # what ends it tells its reason
    (row,) = pipeline.query("select decision_id from staging.decisions")
    ended = fill_in(pipeline, {"decision": "end", "who": "Ann", "why": "it", "ends": row[0]})
    (output,) = [e for e in ended.all_events if e.is_successful_output]
    effect = str(output.step_output_data.metadata["effect"].value)
    assert harmless(SCRIPT) in effect
    assert not set("<>[]@") & set(effect)


def test_two_decisions_at_once_are_both_written_down(pipeline: Pipeline) -> None:
    pipeline.land(f"dt={DAY}/a.jsonl", [event(1)])
    assert pipeline.run().success
    settings = {
        "ECOM_LANDING": str(pipeline.folder),
        "ECOM_DUCKDB_PATH": str(pipeline.settings.duckdb_path),
        "ECOM_START_DATE": str(pipeline.settings.start_date),
    }
    command = [sys.executable, "-m", "ecom_assets.commands.decide", "hold", "--days", str(DAY)]
    people = {"Ann", "Bob"}
    at_once = [
        subprocess.Popen(
            [*command, "--who", who, "--why", "at once"],
            env=clean_environment(**settings),
            cwd=PROJECT_ROOT,
            stdout=subprocess.DEVNULL,
        )
        for who in people
    ]
    assert [process.wait(timeout=120) for process in at_once] == [0, 0]
    rows = pipeline.query("select decided_by, effect from staging.decisions")
    assert {who for who, _ in rows} == people
    assert len(rows) == 2
