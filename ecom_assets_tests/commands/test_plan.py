"""`make plan`: what is printed, for people and for programs, and one sentence for each mistake."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ecom_assets.commands import plan
from ecom_assets_tests.conftest import DAY, Pipeline, event

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def with_a_change(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two days, published while late events were rejects; now they are not."""
    pipeline.land(f"dt={DAY}/a.jsonl", [event(1), event(2)])
    late = event(3, event_ts=f"{DAY}T10:00:00Z", total_amount=7.25)
    pipeline.land(f"dt={NEXT}/a.jsonl", [late, event(4, event_ts=f"{NEXT}T10:00:00Z")])
    pipeline.configure(reject_rate_error=Decimal(1))
    assert pipeline.run(DAY, NEXT).success
    monkeypatch.setenv("ECOM_DUCKDB_PATH", str(pipeline.settings.duckdb_path))
    monkeypatch.setenv("ECOM_LATE_DAYS", "1")
    monkeypatch.setenv("ECOM_REJECT_RATE_ERROR", "1")


def test_a_program_reads_days_in_iso_8601_and_money_as_text(
    with_a_change: None, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.main(["--days", f"{DAY}..{NEXT}", "--format", "json"])
    printed = json.loads(capsys.readouterr().out)
    assert printed.keys() == {
        *("first_day", "last_day", "changed_days", "lines", "sales", "held", "samples"),
        *("warnings", "stage_seconds", "publish_seconds", "bytes_scanned"),
    }
    assert (printed["first_day"], printed["last_day"]) == (str(DAY), str(NEXT))
    assert printed["changed_days"] == [str(DAY), str(NEXT)]
    assert {(row["event_date"], row["change"]) for row in printed["lines"]} == {
        (str(DAY), "appeared"),
        (str(NEXT), "disappeared"),
    }
    of_day = printed["sales"][0]
    assert (of_day["revenue_before"], of_day["revenue_after"]) == ("50.0000", "57.2500")
    assert (of_day["sales_before"], of_day["sales_after"]) == (2, 3)


def test_a_person_reads_what_changes_and_what_it_takes(
    with_a_change: None, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.main([])
    printed = " ".join(capsys.readouterr().out.split())
    assert f"If {DAY} to {NEXT} were replayed now, 2 sales would change" in printed
    assert "FACT_SALES" in printed
    assert "57.25" in printed
    assert re.search(r"A replay takes about [0-9.]+ seconds", printed)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("yesterday", "these must be dates such as 2026-01-05"),
        ("2026-01-05..", "these must be dates such as 2026-01-05"),
        ("2026-01-06..2026-01-05", "the earlier day must come first"),
        ("2126-01-05", "the event dates are"),
        ("", "is not there yet: materialize a day first"),
    ],
)
def test_a_mistake_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: str, said: str
) -> None:
    path = tmp_path / "none.duckdb"
    monkeypatch.setenv("ECOM_DUCKDB_PATH", str(path))
    with pytest.raises(SystemExit, match=f"ecom_assets: .*{said}"):
        plan.main(["--days", days])
    assert not path.exists(), "a plan makes no file"


def test_a_warehouse_without_tables_or_without_days_is_a_sentence(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOM_DUCKDB_PATH", str(pipeline.settings.duckdb_path))
    duckdb.connect(pipeline.settings.duckdb_path).close()
    with pytest.raises(SystemExit, match="has no tables of this version"):
        plan.main([])
    assert pipeline.run(selection=["sales_files", "raw_sales"]).success
    with pytest.raises(SystemExit, match="Staging has judged no day yet"):
        plan.main(["--days", str(DAY)])
