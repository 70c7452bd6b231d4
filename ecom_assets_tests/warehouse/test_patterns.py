"""Which files a mapping reads: patterns, as SQL, on both engines."""

import duckdb
import pytest
import sqlglot

from ecom_assets.model import sales
from ecom_assets.model.mapping import EventMapping, plain_mapping
from ecom_assets.model.reading import Reading
from ecom_assets.warehouse.mapping_sql import reads_file
from ecom_assets_tests.support.model_mapping import file_mapping

DAY = "dt=2026-01-05/"
FILES = (
    *("a.jsonl", "A.jsonl", "shop/a.jsonl", "shop/x/a.jsonl", "shop", "pay1/a.jsonl", "pay12/a"),
    *("100%_off.jsonl", "100xxoff.jsonl", "a!b.jsonl", "ab.jsonl", "a_b.jsonl", "axb.jsonl"),
    *("a.jsonl.gz", "a[b].jsonl", "a\\b.jsonl", "it's.jsonl", "\u00e9.jsonl", "a\nb.jsonl"),
)
PATTERNS = (
    *("*", "shop/*", "shop*", "*.jsonl", "?.jsonl", "pay?/*", "100%_off.jsonl", "100%*", "a!b.*"),
    *("a_b.jsonl", "a[b].jsonl", "a\\b.jsonl", "it's.jsonl", "*/*/*", "??.jsonl", "", "a.jsonl*"),
)


def number_of(file: str, patterns: tuple[str, ...], engine: str) -> int:
    """Which of the mappings reads a file: exactly one."""
    mapping = plain_mapping(field.name for field in sales.SALES.fields)
    stream = sales.read_by(Reading(mappings=tuple((pattern, mapping) for pattern in patterns)))
    asked = []
    for number in range(len(stream.mappings)):
        said = reads_file(stream, number).sql(dialect=engine)
        asked.append(sqlglot.transpile(said, read=engine, write="duckdb")[0])
    sql = f"select {', '.join(asked)} from (select ? as source_filename)"
    (answers,) = duckdb.execute(sql, [f"{DAY}{file}"]).fetchall()
    assert answers.count(True) == 1, (file, patterns, answers)
    return answers.index(True)


@pytest.mark.parametrize("engine", ["duckdb", "snowflake"])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_means_what_people_read_in_it(pattern: str, engine: str) -> None:
    mapping = EventMapping("mine", {})
    for file in FILES:
        wanted = file_mapping(f"{DAY}{file}", [(pattern, mapping)])
        assert number_of(file, (pattern,), engine) == (0 if wanted else 1), file


@pytest.mark.parametrize("engine", ["duckdb", "snowflake"])
def test_the_first_pattern_that_matches_counts(engine: str) -> None:
    patterns = ("shop/x/*", "shop/*", "*.jsonl")
    found = [number_of(file, patterns, engine) for file in ("shop/x/a", "shop/a", "a.jsonl", "a")]
    assert found == [0, 1, 2, 3]
    assert number_of("shop/x/a.jsonl", ("*", "shop/*"), engine) == 0
