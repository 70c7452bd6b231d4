"""Questions: a file that says too little is refused by name; one more file is one more answer."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.commands import answers
from ecom_assets.model import questions
from ecom_assets.reference.__main__ import parts
from ecom_assets.reference.pages import outdated
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets.warehouse import lineage, scripts
from ecom_assets_tests.conftest import Pipeline, event

QUESTION = """\
-- title: Sales by device
-- chart: bar
create or replace view analytics.sales_by_device as
select
    device,
    currency,
    cast(sum(sales) as bigint) as sales,
    sum(revenue) as revenue
from analytics.fact_sales_breakdowns
where breakdown = 'device'
group by device, currency;
"""


@pytest.fixture
def sql_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the SQL files in place of the project's own."""
    folder = tmp_path / "sql"
    shutil.copytree(scripts.SQL_FOLDER, folder)
    monkeypatch.setattr(scripts, "SQL_FOLDER", folder)
    monkeypatch.setattr(questions, "FOLDER", folder / "answers")
    lineage._column_sources.cache_clear()
    yield folder
    lineage._column_sources.cache_clear()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("-- title: Sales by device\n", "", "lack “-- title: …”"),
        ("-- title: Sales by device\n", "-- title:\n", "lack “-- title: …”"),
        ("-- chart: bar\n", "", "lack “-- chart: …” (line or bar or share)"),
        ("-- chart: bar\n", "-- chart: pie\n", "“-- chart: pie” must be line or bar or share"),
        ("-- chart: bar\n", "\n-- chart: bar\n", "lack “-- chart: …”"),
        ("view analytics.sales_by_device as", "view analytics.other as", "the file's name"),
    ],
)
def test_a_file_that_says_too_little_is_named_with_what_it_lacks(
    sql_folder: Path, old: str, new: str, said: str
) -> None:
    file = sql_folder / "answers/sales_by_device.sql"
    assert old in QUESTION
    file.write_text(QUESTION.replace(old, new))
    with pytest.raises(questions.QuestionError, match=re.escape(said)) as error:
        questions.questions()
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)


def test_adding_a_question_is_adding_a_file(
    sql_folder: Path,
    pipeline: Pipeline,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (sql_folder / "answers/sales_by_device.sql").write_text(QUESTION)
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2, device="tablet")])
    assert pipeline.run().success

    key = dg.AssetKey("sales_by_device")
    graph = pipeline.definitions.resolve_asset_graph()
    assert "Sales by device" in str(graph.get(key).description)
    assert key in graph.get(dg.AssetKey("sales_report")).parent_keys
    metadata = pipeline.latest_metadata("sales_by_device")
    assert metadata["dagster/row_count"].value == 2
    assert "data:image/svg+xml" in str(metadata["chart"].value)
    assert "fact_sales: `total_amount`" in str(metadata["column lineage"].value)
    page = (pipeline.folder.parent / "reports/sales_report.html").read_text()
    assert "<h2>Sales by device</h2>" in page
    assert ">tablet<" in page

    monkeypatch.setenv("ECOM_DUCKDB_PATH", str(pipeline.settings.duckdb_path))
    answers.main(["--format", "json", "--question", "sales_by_device"])
    found = json.loads(capsys.readouterr().out)
    assert {row["device"] for row in found} == {"mobile", "tablet"}

    pages = {page.name for page in outdated(PROJECT_ROOT, parts())}
    assert pages == {"README.md", "catalogue.md", "data-contract.md"}, "make docs has to be run"


def test_the_answers_read_totals_and_not_the_sales_of_all_years() -> None:
    for question in questions.questions():
        (read,) = set(re.findall(r"\bfrom (\S+)", question.sql.partition(" as\n")[2]))
        assert read.rstrip(";") in lineage.NO_ASSETS, question.name
