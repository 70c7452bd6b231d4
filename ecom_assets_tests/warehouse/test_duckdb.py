"""The DuckDB file: one writer at a time, and others wait for their turn."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ecom_assets.definitions import warehouse_of
from ecom_assets.landing.zone import LandedFile
from ecom_assets.settings import read_settings
from ecom_assets.warehouse.contract import LoadedFile, Purpose, WarehouseError
from ecom_assets.warehouse.duckdb import DuckDBSession, DuckDBWarehouse
from ecom_assets.warehouse.expressions import files_table

HOLD = (
    "import duckdb, sys, time; connection = duckdb.connect(sys.argv[1]); "
    "print('held', flush=True); time.sleep({})"
)
PURPOSE = Purpose("test", "run")


def hold(path: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that has the file open for some seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(seconds), str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_session_waits_for_its_turn_and_says_so(tmp_path: Path) -> None:
    path, messages = tmp_path / "w.duckdb", list[str]()
    with (
        hold(path, 2) as holder,
        DuckDBWarehouse(path).session(PURPOSE, messages.append) as session,
    ):
        assert session.run("staging/quality_by_day", first_day=None, last_day=None) == []
        assert holder.poll() is not None, "nobody else has it now"
    assert messages == [f"waiting for {path}: another process has it open"]


def test_waiting_has_an_end_and_the_error_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with hold(path, 30) as holder:
        start = time.monotonic()
        with (
            pytest.raises(WarehouseError, match=r"held by another process .* Close that program"),
            DuckDBWarehouse(path, wait_seconds=0.5).session(PURPOSE, print),
        ):
            pass
        holder.kill()
    assert time.monotonic() - start < 10


def test_between_sessions_another_process_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with DuckDBWarehouse(path).session(PURPOSE, print):
        pass
    with hold(path, 0) as holder:
        assert holder.wait() == 0


def _no_database(path: Path) -> None:
    path.write_text("hello" * 10_000)


def _damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 + 100] ^= 255
    path.write_bytes(content)


def _damaged_log(path: Path) -> None:
    code = (
        "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]); "
        "connection.execute('create table t as from range(1000)'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    log = path.with_name(f"{path.name}.wal")
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 255
    log.write_bytes(content)


def _of_another_version(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[12:20] = (5000).to_bytes(8, "little")
    path.write_bytes(content)
    with pytest.raises(duckdb.Error) as caught:
        duckdb.connect(path)
    wanted = re.search(r"computed checksum (\d+)", str(caught.value))
    assert wanted is not None
    content[:8] = int(wanted[1]).to_bytes(8, "little")
    path.write_bytes(content)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_no_database, r"is no DuckDB file: ECOM_DUCKDB_PATH must name one"),
        (_damaged, r"is damaged \(.*\): put it back from a backup"),
        (_damaged_log, r"\.wal, which holds what was committed last, is damaged"),
        (_of_another_version, r"was written by another version of DuckDB than 2\."),
        (_a_folder, r"cannot be opened: .*Is a directory.* must name a DuckDB file"),
    ],
)
@pytest.mark.parametrize("folder", ["data", "lock Could not set lock on file"])
def test_a_file_that_cannot_be_opened_is_one_sentence_at_once(
    folder: str, change: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    """Whatever the words in its path."""
    path = tmp_path / folder / "w.duckdb"
    with DuckDBWarehouse(path).session(PURPOSE, print):
        pass
    change(path)
    start = time.monotonic()
    with (
        pytest.raises(WarehouseError, match=said) as caught,
        DuckDBWarehouse(path).session(PURPOSE, print),
    ):
        pass
    assert time.monotonic() - start < 5
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_error_in_a_transaction_leaves_the_tables_as_they_were(tmp_path: Path) -> None:
    now = datetime(2026, 1, 5)
    file = LoadedFile(LandedFile("dt=2026-01-05/a.jsonl", now.date(), "etag", 1, now), 1)
    entry = {"files": files_table([file]), "load_id": "load", "loaded_at": now}
    with DuckDBWarehouse(tmp_path / "w.duckdb").session(PURPOSE, print) as session:
        with pytest.raises(duckdb.Error), session.transaction("raw"):
            session.run("raw/record_load", **entry)
            session.run("staging/duplicates")  # fails: this session has parsed nothing
        assert session.read_table("raw.raw_sales_files") == []
        with session.transaction("raw"):
            session.run("raw/record_load", **entry)
        assert len(session.read_table("raw.raw_sales_files")) == 1


def test_duckdb_takes_no_more_memory_than_the_settings_say(tmp_path: Path) -> None:
    settings = read_settings(
        {"ECOM_DUCKDB_PATH": str(tmp_path / "w.duckdb"), "ECOM_DUCKDB_MEMORY_LIMIT": "512 MiB"}
    )
    with warehouse_of(settings).session(PURPOSE, print) as session:
        assert isinstance(session, DuckDBSession)
        said = "select current_setting('memory_limit')"
        assert session._connection.execute(said).fetchone() == ("512.0 MiB",)
