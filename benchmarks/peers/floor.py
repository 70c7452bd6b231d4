"""The least that each stage of a big day has to do, done once and alone, as fast as can be here.

    python floor.py FILE DATABASE

FILE is a day's lines, DATABASE what the project has made of them. Nothing is judged or kept.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow

BLOCK_BYTES = 1 << 20
LINES = """
create temp table lines as
select line
from read_csv(
    $path, columns = {'line': 'varchar'}, delim = chr(1), quote = '', escape = '',
    header = false, auto_detect = false, max_line_size = 16000000
)
"""
PARSE = """
select sum(hash(event)) from (
    select from_json(line, $structure) as event from lines where line like '{%}'
)
"""


def blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def read(file: Path) -> None:
    for _ in blocks(file):
        pass


def compress(file: Path) -> None:
    codec = pyarrow.Codec("zstd")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(codec.compress, blocks(file)):
            pass


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(file: Path, database: Path) -> dict[str, float]:
    """The seconds of each."""
    found = {"read": seconds(lambda: read(file)), "compress": seconds(lambda: compress(file))}
    with duckdb.connect() as parser:
        parser.execute(LINES, {"path": str(file)})
        first_line = next(blocks(file)).partition(b"\n")[0]
        structure = json.dumps(dict.fromkeys(json.loads(first_line), "VARCHAR"))
        found["parse"] = timed(parser, PARSE, structure=structure)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/w.duckdb") as writer:
        writer.execute(f"attach '{database}' as made (read_only)")
        for table in ("staging.stg_sales_clean", "analytics.fact_sales"):
            name = table.rpartition(".")[2]
            found[f"write {name}"] = timed(writer, f"create table {name} as from made.{table}")
            found[f"scan {name}"] = timed(writer, f"select sum(hash(columns(*))) from {name}")
    return found


def timed(connection: duckdb.DuckDBPyConnection, sql: str, **values: str) -> float:
    return seconds(lambda: connection.execute(sql, values or None).fetchall())


if __name__ == "__main__":
    print(json.dumps({"seconds": 0, "floor": main(Path(sys.argv[1]), Path(sys.argv[2]))}))
