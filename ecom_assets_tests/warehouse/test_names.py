"""Files and folders of any name are loaded, each once, and each line is known by its file's name.

All names lie in one day together, so that one that stands for another, or for many, is found out.
"""

import gzip
import os
from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st

from ecom_assets.landing.zone import LandingError
from ecom_assets_tests.landing.test_folder import STRANGE
from ecom_assets_tests.landing.test_passed_over import READ
from ecom_assets_tests.support.stacks import S3_DUCKDB, Production, new_stack
from ecom_assets_tests.support.strategies import some
from ecom_assets_tests.torture.report import Figures
from ecom_assets_tests.warehouse.conftest import DAY, Staging, good, jsonl

LONGEST_NAME = 255
"""Bytes of a name on the file systems in use."""
LONGEST_KEY = 1_024
"""Bytes of a key in S3."""
PLACE = len("landing/12345678/dt=2026-01-05/")

FOLDERS = [
    *(
        "it's/a",
        'say "hi"/a',
        "two words/a",
        "; drop table x; --/a",
        "new\nline/a",
        "a/b/c/d/e/f/g",
    ),
    *("a../a", "a..b/a", "dt=2026-01-06/a", "x=1/a", "*/a", "[a]/a", "é/a", "e\u0301/a", "%2F/a"),
    *("s3:/a", "😀/a", "\\/a", "-/a", "a.jsonl/a", "NULL/a", "$1/a", ":first_day/a", "\x01/\x7f"),
    "/".join(["x" * 200] * 4 + ["y" * (1_000 - 4 * 201 - len(".jsonl"))]),
    "/".join(["é" * 100] * 4 + ["z" * (LONGEST_KEY - PLACE - 4 * 201 - len(".jsonl"))]),
    "z" * (LONGEST_NAME - len(".jsonl")),
]

segments = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\x00"), min_size=1, max_size=12
).filter(lambda name: not name.startswith((".", "_")))
names = st.lists(segments, min_size=1, max_size=3).map("/".join)


def test_files_of_any_names_are_loaded_each_once(
    staging_on_both: Staging, torture: bool, seed: int, figures: Figures
) -> None:
    drawn = some(names, 400 if torture else 30, chance=seed)
    fixed: Sequence[str] = [*STRANGE, *(f"{name}.jsonl" for name in FOLDERS)]
    files = list(dict.fromkeys([*fixed, *(f"{name}.jsonl" for name in drawn)]))
    if staging_on_both.place.startswith("s3://"):
        files = [name for name in files if "\n" not in name]  # the emulated S3 knows none of them
    ids = {f"dt={DAY}/{name}": f"of {number}" for number, name in enumerate(files)}
    assert max(len(name) for name in ids) >= 1_000
    for file, event_id in ids.items():
        staging_on_both.land(file, jsonl(good(event_id), "broken"))
    for _ in range(2):
        reasons = staging_on_both.run()
        assert reasons == {
            place: said
            for file in ids
            for place, said in (((file, 1), ""), ((file, 2), "Malformed JSON"))
        }
        assert len(staging_on_both.table("raw.raw_sales")) == 2 * len(ids)
    of_clean = {
        row["source_filename"]: row["event_id"]
        for row in staging_on_both.table("staging.stg_sales_clean")
    }
    assert of_clean == {file: f"e{event_id}" for file, event_id in ids.items()}
    rewritten = list(ids)[::7]
    for file in rewritten:
        staging_on_both.land(file, jsonl(good(ids[file]), good(f"{ids[file]}, again"), "broken"))
    assert len(staging_on_both.run()) == 2 * len(ids) + len(rewritten)
    assert len(staging_on_both.table("raw.raw_sales")) == 2 * len(ids) + 3 * len(rewritten)
    figures.count("inputs tried", len(ids))
    figures.count("rows compared", 6 * len(ids) + len(rewritten))


def test_files_of_every_suffix_are_loaded_in_capitals_too(staging_on_both: Staging) -> None:
    for number, name in enumerate(READ):
        content = jsonl(good(number), "broken")
        packed = gzip.compress(content) if name.lower().endswith(".gz") else content
        staging_on_both.land(f"dt={DAY}/{name}", packed)
    assert staging_on_both.run() == {
        (f"dt={DAY}/{name}", number): said
        for name in READ
        for number, said in ((1, ""), (2, "Malformed JSON"))
    }


def test_a_key_that_says_the_way_up_is_passed_over(tmp_path: Path, servers: Production) -> None:
    stack = new_stack(S3_DUCKDB, tmp_path, servers)
    for name in ["x", "../dt=2026-01-05/a", "../../a", "a/../b", "./a", ".a", "_a/b", "a/.b"]:
        stack.put(f"dt={DAY}/{name}.jsonl", jsonl(good(1)))
    assert [file.name for file in stack.zone.list_files(DAY, DAY)] == [f"dt={DAY}/x.jsonl"]


def test_a_file_whose_name_is_no_unicode_is_loaded_or_an_error_in_plain_words(
    staging: Staging,
) -> None:
    name = os.fsdecode(b"caf\xe9")
    staging.land(f"dt=2026-01-05/{name}.jsonl", jsonl(good(1)))
    said = ""
    try:
        staging.load_and_split(DAY, DAY)
    except LandingError as error:
        said = str(error)
    assert len(staging.table("staging.stg_sales_clean")) == 1 or "caf" in said
