"""What the runbook tells to do by hand puts right what it says."""

import subprocess
from pathlib import Path

import duckdb

from ecom_assets.landing.folder import FolderZone
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets_tests.conftest import DAY, event, write_lines
from ecom_assets_tests.docs.test_complete import RUNBOOK

FILE, DAMAGED = f"dt={DAY}/a.jsonl", f"dt={DAY}/b.jsonl.gz"


def test_a_file_is_loaded_anew_when_the_ledger_forgets_it_and_gone_when_it_is_empty(
    tmp_path: Path,
) -> None:
    folder, warehouse = tmp_path / "landing", DuckDBWarehouse(tmp_path / "w.duckdb")
    which, forget, empty = map(
        _block, ("lines_in_file", "update raw.raw_sales_files", "b.jsonl.gz")
    )

    def load() -> dict[str, int | None]:
        days = EventDays(DAY, DAY)
        with warehouse.session(Purpose("test", "run"), print) as session:
            load_new_files(session, FolderZone(folder), days, run_id="run", log=print)
            return {
                row["source_filename"]: row["row_count"]
                for row in session.run("raw/ledger", first_day=DAY, last_day=DAY)
            }

    def execute(sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(tmp_path / "w.duckdb") as connection:
            return connection.execute(sql).fetchall()

    write_lines(folder / FILE, [event(n) for n in range(3)])
    (folder / DAMAGED).write_bytes(b"no gzip")
    assert load() == {FILE: 3, DAMAGED: None}
    execute("delete from raw.raw_sales where source_row_number = 2")
    assert [row[0] for row in execute(which)] == [FILE]
    execute(forget)
    assert load() == {FILE: 3, DAMAGED: None}
    assert execute(which) == []

    subprocess.run(["bash", "-ec", empty.replace("data/landing", str(folder))], check=True)
    assert load() == {FILE: 0, DAMAGED: 0}


def _block(words: str) -> str:
    """The block of the runbook that has these words."""
    (found,) = [block for block in RUNBOOK.blocks() if words in block]
    return found
