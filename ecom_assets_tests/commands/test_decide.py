"""`make decide` and `make rejects`: what people type, and what they are told."""

import json
from collections.abc import Callable

import pytest

from ecom_assets.commands import decide, rejects
from ecom_assets_tests.conftest import Pipeline, event


@pytest.fixture
def told(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """What a command prints, on the pipeline's own warehouse, of a day with two bad lines."""
    monkeypatch.setenv("ECOM_DUCKDB_PATH", str(pipeline.settings.duckdb_path))
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2, quantity=0), "{"])
    pipeline.run(selection=["raw_sales", "stg_sales_clean", "stg_sales_rejects"])

    def run(main: Callable[..., None], *arguments: str) -> str:
        try:
            main(arguments)
        except SystemExit as ended:
            return str(ended.code)
        return capsys.readouterr().out

    return run


def test_a_decision_is_made_listed_and_ended(told: Callable[..., str]) -> None:
    who = ("--who", "Ann", "--why", "it's right; see <b>#7</b>")
    made = told(decide.main, "publish", "--days", "2026-01-05", *who)
    assert made.startswith("Decision ")
    assert "2 of 3 sales rejected" in made
    assert "2026-01-05 is materialized again, from stg_sales_clean on" in made
    name = made.split()[1].rstrip(":")
    assert "in force" in told(decide.main)
    assert told(decide.main, "end", "--ends", name, *who).startswith("Decision ")
    assert "ended by" in told(decide.main)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("hold",), "`who` is empty"),
        (("hold", "--who", "A", "--why", "b", "--days", "5"), "these must be dates such as"),
        (("hold", "--who", "A", "--why", "b", "--days", "2026-01-06..2026-01-05"), "come first"),
        (("publish", "--days", "2026-01-05", "--up-to", "much"), "`up_to` is much: a share"),
        (("hold", "--who", "A", "--why", "b", "--days", "2020-01-01"), "the event dates are"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    told: Callable[..., str], arguments: tuple[str, ...], sentence: str
) -> None:
    assert told(decide.main, *arguments).startswith("ecom_assets: ")
    assert sentence in told(decide.main, *arguments)


def test_rejects_are_printed_to_be_corrected(told: Callable[..., str]) -> None:
    lines = [json.loads(line) for line in told(rejects.main, "2026-01-05").splitlines()]
    assert [line["_corrects"]["line"] for line in lines] == [2, 3]
    assert [line.get("_line") for line in lines] == [None, "{"]
    assert told(rejects.main, "2026-01-05", "--file", "dt=2026-01-05/b.jsonl") == ""
    assert "is no date" in told(rejects.main, "yesterday")
