"""`make answers`: what is printed equals what the files hold, and a pipe gets nothing else."""

import csv
import io
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.commands import answers
from ecom_assets.model.questions import questions
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.conftest import Pipeline, event
from ecom_assets_tests.support.model import judge

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 4)
ABOUT = {
    "revenue_by_day": "event_date",
    "payment_method_usage": "payment_method",
    "revenue_by_category": "category",
    "revenue_by_country": "country",
    "revenue_by_marketing_channel": "marketing_channel",
}


def of(pipeline: Pipeline, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints about a pipeline's warehouse."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ECOM_DUCKDB_PATH", str(pipeline.settings.duckdb_path))
        answers.main(arguments)
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def independent_answers(folder: Path) -> Mapping[str, Mapping[Any, Mapping[str, Any]]]:
    """The answers once more, in plain Python from the bytes of the files: by question, then by what
    it is about and the currency."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.jsonl")
    }
    sales = [
        {**row.values, "event_date": str(row.event_date)}
        for row in judge(files, FIRST, LAST, late_days=0).values()
        if not row.broken
    ]
    found: dict[str, dict[Any, dict[str, Any]]] = {name: {} for name in ABOUT}
    for name, column in ABOUT.items():
        groups = defaultdict(list)
        for sale in sales:
            groups[sale[column], sale["currency"]].append(sale)
        for key, group in groups.items():
            found[name][key] = {
                "orders": len({sale["order_id"] for sale in group}),
                "sales": len(group),
                "units": sum(sale["quantity"] for sale in group),
                "revenue": sum(sale["total_amount"] for sale in group),
            }
    return found


def test_the_answers_equal_an_independent_computation_to_the_last_cent(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.configure(source="synthetic")
    config = {"events_per_day": 300, "defect_share": 0.1}
    assert pipeline.run(FIRST, LAST, config=config).success
    expected = independent_answers(pipeline.folder)
    assert len(expected["revenue_by_day"]) > (LAST - FIRST).days
    assert {question.name for question in questions()} == set(ABOUT)
    printed = json.loads(of(pipeline, capsys, "--format", "json"), parse_float=Decimal)
    for name, column in ABOUT.items():
        found = {(row[column], row["currency"]): row for row in printed[name]}
        assert found.keys() == expected[name].keys()
        assert len(found) == len(printed[name])
        for key, figures in expected[name].items():
            for figure, value in figures.items():
                if figure in found[key]:
                    assert found[key][figure] == value, (name, key, figure)
            assert found[key]["revenue"] == figures["revenue"]
    by_currency: dict[str, int] = defaultdict(int)
    for row in printed["payment_method_usage"]:
        by_currency[row["currency"]] += row["sales"]
    for row in printed["payment_method_usage"]:
        part = Decimal(row["sales"]) / by_currency[row["currency"]]
        assert abs(row["share_of_sales"] - part) <= Decimal("0.00005")


@pytest.fixture
def exact(pipeline: Pipeline) -> Pipeline:
    """Amounts that no binary float can hold, and names that need care."""
    lines = [
        event(1, total_amount="12345678901234.5678", country='a "b", c\n'),
        event(2, total_amount=0.1, country=None),
        event(3, total_amount=0.2, country="[red]é\u001b[31m"),
    ]
    pipeline.land("dt=2026-01-05/a.jsonl", lines)
    assert pipeline.run().success
    return pipeline


def test_csv_and_json_have_all_digits_and_every_name(
    exact: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--question", "revenue_by_country", "--format")
    rows = list(csv.DictReader(io.StringIO(of(exact, capsys, *asked, "csv"), newline="")))
    names = {'a "b", c\n': "12345678901234.5678", "": "0.1000", "[red]é\u001b[31m": "0.2000"}
    assert {row["country"]: row["revenue"] for row in rows} == names
    found = json.loads(of(exact, capsys, *asked, "json"), parse_float=Decimal)
    assert {(row["country"] or ""): str(row["revenue"]) for row in found} == names


def test_several_questions_are_one_csv_table(
    exact: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = list(csv.DictReader(io.StringIO(of(exact, capsys, "--format", "csv"), newline="")))
    assert {row["question"] for row in rows} == set(ABOUT)
    (day,) = (row for row in rows if row["question"] == "revenue_by_day")
    assert (day["event_date"], day["country"], day["sales"]) == ("2026-01-05", "", "3")


def test_people_get_a_table_for_each_question(
    exact: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    out = of(exact, capsys)
    for question in questions():
        assert f"\n{question.title}\n" in out
    assert "12,345,678,901,234.87" in out
    assert "[red]é·[31m" in out, "a name is neither markup nor a terminal's command"
    assert "(none)" in out


def test_without_sales_there_is_one_sentence_and_nothing_for_the_pipe(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ecom_assets.commands.answers", "--format", "csv"],
        cwd=PROJECT_ROOT,
        env={"ECOM_DUCKDB_PATH": str(tmp_path / "w.duckdb"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"ecom_assets: there are no sales in {tmp_path / 'w.duckdb'} yet: `make demo` makes some, "
        "or materialize fact_sales in the UI (`make dev`).\n"
    )


def test_a_reader_that_has_read_enough_is_no_error(pipeline: Pipeline) -> None:
    pipeline.configure(source="synthetic")
    assert pipeline.run(FIRST, FIRST + timedelta(days=9), config={"events_per_day": 40}).success
    command = (
        f"set -o pipefail; {sys.executable} -m ecom_assets.commands.answers --format csv | head -1"
    )
    result = subprocess.run(
        ["bash", "-c", command],
        cwd=PROJECT_ROOT,
        env={"ECOM_DUCKDB_PATH": str(pipeline.settings.duckdb_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("question,")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_of_csv_is_a_formula(text: str) -> None:
    question = next(iter(questions()))
    out = io.StringIO()
    rows: list[dict[str, object]] = [
        {"country": text, "revenue": Decimal("-1.50"), "name": "a=b\r=1"}
    ]
    answers.WRITERS["csv"]({question: rows}, out)
    (found,) = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    assert found == {"country": f"'{text}", "revenue": "-1.50", "name": "a=b\r=1"}
