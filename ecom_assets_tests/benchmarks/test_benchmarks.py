"""What the benchmarks compare is comparable, and what they tell is what they measured."""

import warnings
from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from benchmarks.document import DOCUMENT, figures_of, read_results, render, verdict
from benchmarks.peers import handwritten, naive
from benchmarks.project import land_day
from benchmarks.registry import Bench, Figure
from benchmarks.rows import all_benches
from benchmarks.rows.big_day import totals
from benchmarks.rows.generator import DIGEST, digest
from benchmarks.rows.peers import found
from ecom_assets.definitions import defs
from ecom_assets_tests.conftest import Pipeline

DAY = date(2026, 1, 5)


def test_the_scripts_for_duckdb_make_what_the_project_makes(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    file = land_day(pipeline.folder, DAY, 2_000)
    assert pipeline.run(DAY).success
    handwritten.main(file, tmp_path / "handwritten.duckdb")
    assert totals(tmp_path / "handwritten.duckdb") == totals(pipeline.settings.duckdb_path)
    naive.main(file, tmp_path / "naive.duckdb")
    assert found(tmp_path / "naive.duckdb") == found(pipeline.settings.duckdb_path)


def test_the_empty_graph_has_the_project_s_shape() -> None:
    def shape(definitions: dg.Definitions) -> tuple[dict[str, set[str]], Counter[str], set[str]]:
        graph = definitions.resolve_asset_graph()
        nodes = [node for node in graph.asset_nodes if node.group_name != "operations"]
        job = definitions.resolve_job_def("sales")
        return (
            {
                node.key.to_user_string(): {key.to_user_string() for key in node.parent_keys}
                for node in nodes
            },
            Counter(key.asset_key.to_user_string() for key in graph.asset_check_keys),
            {node.name for node in job.nodes},
        )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        warnings.simplefilter("ignore", dg.PreviewWarning)
        from benchmarks.peers import noop_graph

    assert shape(noop_graph.defs) == shape(defs)


def test_the_generator_makes_the_bytes_that_the_benchmark_expects() -> None:
    assert digest() == DIGEST


def test_the_page_tells_what_was_measured_last_and_what_each_miss_means() -> None:
    benches = all_benches()
    for bench in benches:
        if "**missed**" in {verdict(f) for f in figures_of(read_results().get(bench.name))}:
            assert bench.means, bench.name
    assert len({bench.name for bench in benches}) == len(benches)
    assert set(read_results()) <= {bench.name for bench in benches}
    page = DOCUMENT.read_text(encoding="utf-8")
    assert page == render(benches, read_results()), "python -m benchmarks --page writes it anew"


@pytest.mark.parametrize(
    ("ratios", "told"),
    [
        ({1.1: None}, "What it means for you: a wait\n\nWhat bounds it: the disk"),
        ({1.1: None, 1.2: 1.3}, ""),
        ({1.1: None, 1.4: 1.3}, "What the miss means for you: a wait\n\nWhat bounds it: the disk"),
    ],
)
def test_a_row_says_what_it_means_where_it_has_no_reach_or_misses_it(
    ratios: dict[float, float | None], told: str
) -> None:
    bench = Bench("row", "", "", "", lambda _: [], "how", bound="the disk", means="a wait")
    figures = [asdict(Figure("time", "", "", *ratio)) for ratio in ratios.items()]
    result = {"date": "", "machine": "", "versions": "", "figures": figures}
    notes = render([bench], {"row": result}).partition("how\n\n")[2].partition("Measured:")[0]
    assert notes.strip() == told


@pytest.mark.parametrize(
    ("ratio", "at", "reached"),
    [(1.1, "most", True), (1.2, "most", False), (1.2, "least", True), (1.1, "least", False)],
)
def test_a_figure_knows_whether_it_is_as_it_should_be(ratio: float, at: str, reached: bool) -> None:
    figure = Figure("time", "", "", ratio, 1.15, "most" if at == "most" else "least")
    assert figure.reached is reached
