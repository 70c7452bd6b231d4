"""dlt loading a file of JSON lines into DuckDB: the lines alone, no split.

Tuned as dlt's page on performance tells (https://dlthub.com/docs/reference/performance): pages in
place of rows, orjson, larger buffers, files that are rotated so that several workers share the
work, no nested tables, Parquet in place of inserts. Two ways, for dlt knows two: pages of rows,
whose fields become columns as dlt infers them; and Arrow tables, which need no normalizing, with
the line as one text. A line that is no JSON is kept as text in both.

    python dlt_load.py FILE DATABASE rows|arrow
"""

import json
import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

ROWS_A_PAGE = 10_000
TUNING = {
    "DATA_WRITER__BUFFER_MAX_ITEMS": "50000",
    "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": "100000",
    "EXTRACT__DATA_WRITER__FILE_MAX_ITEMS": "100000",
    "NORMALIZE__WORKERS": str(os.cpu_count()),
    "NORMALIZE__START_METHOD": "spawn",
    "LOAD__WORKERS": str(os.cpu_count()),
    "NORMALIZE__LOADER_FILE_FORMAT": "parquet",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}


def pages_of_rows(file: Path) -> Iterator[list[dict[str, Any]]]:
    """The events as rows; a line that is none under `raw_text`."""
    import orjson

    def row(line: bytes, number: int) -> dict[str, Any]:
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError:
            event = {"raw_text": line.decode("utf-8", "replace")}
        return {**event, "source_row_number": number}

    with file.open("rb") as stream:
        numbered = enumerate(stream, 1)
        while page := list(islice(numbered, ROWS_A_PAGE)):
            yield [row(line, number) for number, line in page]


def arrow_tables(file: Path) -> Iterator[Any]:
    """The lines as one column of text, with their numbers."""
    import pyarrow

    with file.open("rb") as stream:
        numbered = enumerate(stream, 1)
        while page := list(islice(numbered, 10 * ROWS_A_PAGE)):
            numbers, lines = zip(*page, strict=True)
            yield pyarrow.table(
                {
                    "raw": pyarrow.array([line.rstrip() for line in lines], pyarrow.string()),
                    "source_row_number": pyarrow.array(numbers, pyarrow.int64()),
                }
            )


def main(file: Path, database: Path, way: str) -> dict[str, float]:
    """Load it; returns the seconds, without imports."""
    os.environ.update(TUNING)
    import time

    import dlt
    import duckdb  # noqa: F401
    import orjson  # noqa: F401
    import pyarrow  # noqa: F401

    rows = {"rows": pages_of_rows, "arrow": arrow_tables}[way]
    start = time.perf_counter()
    pipeline = dlt.pipeline(
        "bench",
        destination=dlt.destinations.duckdb(str(database)),
        dataset_name="raw",
        pipelines_dir=str(database.parent / "pipelines"),
    )
    resource = dlt.resource(rows(file), name="raw_sales", max_table_nesting=0)
    pipeline.run(resource, write_disposition="append")
    return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])))
