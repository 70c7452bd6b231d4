"""Warehouses of earlier commits are brought up: all rows stay, the answers are right, days run."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import duckdb
import pytest

from ecom_assets.checks.columns import compared
from ecom_assets.landing import folder
from ecom_assets.model import sales
from ecom_assets.model.tables import VERSION_TABLE, tables
from ecom_assets.pipeline.answer import read_answers
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets.warehouse import migrations
from ecom_assets.warehouse.contract import Purpose, WarehouseError
from ecom_assets.warehouse.duckdb import DuckDBSession, DuckDBWarehouse
from ecom_assets_tests.conftest import DAY, Pipeline, event
from ecom_assets_tests.data.warehouses.make import (
    AT_FIRST,
    NEXT_DAY,
    SECOND_FILE,
    land,
    land_what_is_left,
)
from ecom_assets_tests.support.earlier import (
    COMMITS,
    columns_of,
    rows_of,
    unpack_history,
    unpack_warehouse,
)
from ecom_assets_tests.torture.report import some
from ecom_assets_tests.triggers.conftest import Arrivals, days_of

PURPOSE = Purpose("test", "test")
DERIVED = ("ANALYTICS.FACT_SALES_DAYS", "ANALYTICS.FACT_SALES_BREAKDOWNS")
PUBLISHED = {"2026-01-02": 34, "2026-01-03": 19, "2026-01-05": 0, "2026-01-06": 22}
"""Sales a day of each of these warehouses, that of the day that is held since included."""
FAILED_BEFORE = {
    *("files_loaded", "files_present", "not_empty"),
    *("reject_rate", "known_reasons", "matches_clean"),
}
"""Checks of their days that fail where nothing is brought up either: files that are new or gone, a
day that is held, reasons of earlier rules."""
NEW_DAY = date(2026, 1, 7)
OLDEST, NEWEST = "c1deea7", "8318e73"
"""The commits whose warehouses lack most and least."""
STAGING = ("stg_sales_clean", "stg_sales_rejects")


@pytest.fixture(params=COMMITS)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A warehouse of each commit."""
    return unpack_warehouse(request.param, tmp_path / "w.duckdb")


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """That of the earliest commit, which lacks most."""
    return unpack_warehouse(OLDEST, tmp_path / "w.duckdb")


def opened(path: Path) -> list[str]:
    """Open a session as any step does; what it told."""
    told: list[str] = []
    with DuckDBWarehouse(path).session(PURPOSE, told.append):
        pass
    return told


def copy_of(path: Path) -> Path:
    """Where a warehouse is kept as it was."""
    return path.with_name(f"{path.name}.before-v{migrations.VERSION}")


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(path) as connection:
        return connection.execute(sql).fetchall()


def sales_by_day(path: Path) -> dict[str, int]:
    found = query(path, "select event_date, sum(sales) from analytics.fact_sales_days group by all")
    return {str(day): int(sales) for day, sales in found}


def answers_are_right(path: Path) -> None:
    with DuckDBWarehouse(path).session(PURPOSE, print) as session:
        answers = read_answers(session)
    assert len(answers) == 5
    for rows in answers.values():
        about = next(iter(rows[0]))
        told = {(row[about], row["currency"], row["sales"], row["revenue"]) for row in rows}
        of_the_sales = query(
            path,
            f"select {about}, currency, count(*), sum(total_amount) "
            "from analytics.fact_sales group by all",
        )
        assert len(told) == len(rows)
        assert told == set(of_the_sales)


def test_there_are_warehouses_of_at_least_three_commits() -> None:
    assert len(COMMITS) >= 3


def test_every_row_is_there_and_the_tables_are_those_of_today(earlier: Path) -> None:
    before = columns_of(earlier)
    kept = {table: names for table, names in before.items() if table not in DERIVED}
    rows = rows_of(earlier, kept)
    assert rows["RAW.RAW_SALES"]
    assert rows["ANALYTICS.FACT_SALES"]

    (told,) = opened(earlier)

    assert rows_of(earlier, kept) == rows
    with DuckDBWarehouse(earlier).session(PURPOSE, print) as session:
        types = session.columns()
    for table, columns in tables().items():
        assert compared(columns, types[table]).passed, table
    copy = copy_of(earlier)
    assert str(copy) in told
    assert columns_of(copy) == before
    assert query(copy, "select typeof(customer_id) from analytics.fact_sales limit 1") == [
        ("BIGINT",)
    ]


def test_the_answers_are_the_sums_of_the_sales_at_once(earlier: Path) -> None:
    answers_are_right(earlier)
    assert sales_by_day(earlier) == PUBLISHED


@pytest.mark.parametrize("earlier", [OLDEST, NEWEST], indirect=True)
def test_what_was_published_before_is_there_as_one_change_and_its_figures_add_up(
    earlier: Path,
) -> None:
    opened(earlier)
    recorded = query(earlier, "select * from analytics.fact_sales_changes order by all")
    of_days = "event_date, currency, orders, sales, units, revenue from analytics.fact_sales_days"
    assert query(
        earlier,
        "select event_date, currency, orders, sales_after, units_after, revenue_after "
        "from analytics.fact_sales_changes where cause = 'before records began' "
        "and sales_before = 0 and units_before = 0 and revenue_before = 0 order by all",
    ) == query(earlier, f"select {of_days} order by all")
    assert len(recorded) > len(PUBLISHED)
    with DuckDBWarehouse(earlier).session(PURPOSE, print) as session:
        session.run("migrations/003_changes_are_recorded")
        known = session.run("analytics/revenue_by_day_as_of", as_of=datetime(9999, 1, 1))
        (answer, *_) = read_answers(session).values()
    assert query(earlier, "select * from analytics.fact_sales_changes order by all") == recorded
    assert sorted(map(str, known)) == sorted(map(str, answer))


def test_every_row_that_was_there_is_one_sale_of_a_line_of_its_own(earlier: Path) -> None:
    opened(earlier)
    for table in ("staging.stg_sales_clean", "staging.stg_sales_rejects", "analytics.fact_sales"):
        found = query(earlier, f"select distinct source_item_number, source from {table}")
        assert found == [(1, "sale_line")], table
    assert set(
        query(
            earlier,
            "select source_item_number, source, earlier_item_number from staging.stg_sales_repeats",
        )
    ) <= {(1, "sale_line", 1)}
    assert query(
        earlier,
        "select count(*) from staging.sales_quality where other_rows is distinct from 0 "
        "or replaced_rows is distinct from 0 or sale_rows is distinct from raw_rows",
    ) == [(0,)]
    of_days = (
        "select event_date, sum(line_rows), sum(sale_rows), sum(other_rows) from {} group by all"
    )
    assert sorted(query(earlier, of_days.format("staging.sales_quality_files"))) == sorted(
        query(
            earlier,
            "select event_date, clean_rows + reject_rows, clean_rows + reject_rows, 0 "
            "from staging.sales_quality where clean_rows + reject_rows > 0",
        )
    )
    assert query(
        earlier,
        "select count(*) from staging.sales_quality_files "
        "where batch_date <> cast(source_filename[4:13] as date) or compared_orders <> 0",
    ) == [(0,)]
    files = query(earlier, "select * from staging.sales_quality_files order by all")
    with DuckDBWarehouse(earlier).session(PURPOSE, print) as session:
        session.run("migrations/002_sales_have_items")
    assert query(earlier, "select * from staging.sales_quality_files order by all") == files


def test_the_checks_of_days_that_were_there_pass_without_a_replay(
    earlier: Path, pipeline: Pipeline
) -> None:
    shutil.copy(earlier, pipeline.settings.duckdb_path)
    land_what_is_left(pipeline.folder)
    result = pipeline.run_checks(date(2026, 1, 2), date(2026, 1, 6))
    evaluated = {one.check_name: one for one in result.get_asset_check_evaluations()}
    assert {"row_balance", "order_totals", "items_present"} <= set(evaluated)
    failed = {name for name, one in evaluated.items() if not one.passed}
    assert failed <= FAILED_BEFORE


def test_a_day_that_was_published_before_it_was_held_is_not_taken_for_what_is_held(
    earlier: Path,
) -> None:
    opened(earlier)
    assert query(
        earlier,
        "select distinct f.staged_at < q.evaluated_at from analytics.fact_sales_days as f "
        "join staging.sales_quality as q using (event_date) where event_date = '2026-01-03'",
    ) == [(True,)]


def test_where_nothing_is_pending_nothing_is_written(
    first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(first)
    scripts: list[str] = []
    run = DuckDBSession.run

    def noted(self: DuckDBSession, script: str, /, **values: Any) -> Any:
        scripts.append(script)
        return run(self, script, **values)

    monkeypatch.setattr(DuckDBSession, "run", noted)
    monkeypatch.setattr(migrations, "copy_aside", None)
    assert opened(first) == []
    assert scripts == []
    assert query(first, f"select version from {VERSION_TABLE}") == [(migrations.VERSION,)]


def test_a_new_file_has_the_version_and_nothing_to_bring_up(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    assert opened(path) == opened(path) == []
    assert query(path, f"select version from {VERSION_TABLE}") == [(migrations.VERSION,)]
    assert [each.name for each in tmp_path.iterdir()] == ["w.duckdb"]


@pytest.mark.parametrize("commit", some(OLDEST, NEWEST, of=[OLDEST, "09f83bf", NEWEST]))
@pytest.mark.slow
def test_a_new_day_runs_and_all_days_can_be_replayed(commit: str, pipeline: Pipeline) -> None:
    path = unpack_warehouse(commit, pipeline.settings.duckdb_path)
    land_what_is_left(pipeline.folder)
    pipeline.land(
        f"dt={NEW_DAY}/a.jsonl",
        [event(n, event_ts=f"{NEW_DAY}T12:00:00Z", customer_id=f"0{n}") for n in range(3)],
    )
    assert pipeline.run(NEW_DAY).success
    assert sales_by_day(path) == {**PUBLISHED, str(NEW_DAY): 3}
    answers_are_right(path)

    for good in (date(2026, 1, 2), date(2026, 1, 5), date(2026, 1, 6)):
        assert pipeline.run(good).success, good
    assert not pipeline.run(date(2026, 1, 3)).success, "it is held, as before"
    for days in ((date(2026, 1, 2), date(2026, 1, 2)), (date(2026, 1, 5), NEW_DAY)):
        result = pipeline.run_checks(*days)
        failed = {one.check_name for one in result.get_asset_check_evaluations() if not one.passed}
        assert failed <= {"not_empty", "files_present"}
    assert sales_by_day(path) == {**PUBLISHED, str(NEW_DAY): 3}, "the vanished file counts on"
    answers_are_right(path)


# ---- killed in the middle


def whole(path: Path) -> None:
    """It is brought up, whether it was before or not."""
    opened(path)
    assert sales_by_day(path) == PUBLISHED
    with DuckDBWarehouse(path, brings_up=False).session(PURPOSE, print) as session:
        assert not migrations.pending(session)
    assert query(path, "select count(*) from analytics.fact_sales") == [(75,)]
    assert query(path, "select count(*) from raw.raw_sales") == [(120,)]


@pytest.mark.parametrize("earlier", some(OLDEST, NEWEST, of=COMMITS), indirect=True)
@pytest.mark.slow
def test_killed_at_any_statement_it_is_brought_up_again(
    earlier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a kill leaves is what the disk holds at that moment; so it is kept before each, once
    where several leave the same bytes."""
    left: dict[tuple[bytes, ...], Path] = {}
    moments = 0
    run = DuckDBSession._run

    def kept(self: DuckDBSession, statements: Sequence[str]) -> Any:
        nonlocal moments
        rows: Any = []
        for statement in statements:
            moments += 1
            files = [tmp_path / "w.duckdb", *tmp_path.glob("w.duckdb.wal")]
            state = tuple(file.read_bytes() for file in files)
            if state not in left:
                left[state] = tmp_path / f"killed-{moments}" / "w.duckdb"
                left[state].parent.mkdir()
                for file in files:
                    shutil.copy(file, left[state].parent)
            rows = run(self, [statement])
        return rows

    before = columns_of(earlier)
    monkeypatch.setattr(DuckDBSession, "_run", kept)
    with DuckDBWarehouse(earlier).session(PURPOSE, print) as session:
        session.read_table(VERSION_TABLE)  # it is committed, and the file not yet closed
    monkeypatch.undo()
    after = columns_of(earlier)
    assert moments > 20
    assert len(left) > 1
    for path in left.values():
        assert columns_of(path) in (before, after), "all of it is kept, or nothing"
        whole(path)


def test_killed_for_good_it_is_brought_up_again(first: Path) -> None:
    code = (
        "import os, signal, sys, pathlib\n"
        "from ecom_assets.warehouse import duckdb, migrations\n"
        "from ecom_assets.warehouse.contract import Purpose\n"
        "def killed(session, lacks, bring_up=duckdb.bring_up):\n"
        "    bring_up(session, lacks)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "duckdb.bring_up = killed\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "with duckdb.DuckDBWarehouse(path).session(Purpose('test', 'test'), print): pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, first], cwd=PROJECT_ROOT, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert "ANALYTICS.FACT_SALES_DAYS" not in columns_of(first), "nothing of it was kept"
    whole(first)


# ---- one sentence


def refused(path: Path) -> str:
    with pytest.raises(WarehouseError) as raised:
        opened(path)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_warehouse_of_a_later_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    opened(path)
    query(path, f"insert into {VERSION_TABLE} values (99, now()::timestamp, '9.0.0', 'x', 'UTC')")
    before = path.read_bytes()
    assert refused(path) == (
        f"The warehouse's tables are of version 99, this project's of {migrations.VERSION}: run "
        "the project that brought them up, or a later one."
    )
    assert path.read_bytes() == before


def _no_room(copy: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100))


def _no_copy(copy: Path, patch: pytest.MonkeyPatch) -> None:
    copy.mkdir()


def _no_part(copy: Path, patch: pytest.MonkeyPatch) -> None:
    code = "import sys; open(sys.argv[2], 'w').write('half'); raise OSError('No space left')"
    run = subprocess.run
    patch.setattr(
        subprocess, "run", lambda command, **how: run([*command[:2], code, *command[3:]], **how)
    )


@pytest.mark.parametrize(
    ("broken", "said"),
    [(_no_room, "make room"), (_no_copy, "is a dir"), (_no_part, "oserror: no space left")],
)
def test_without_a_copy_nothing_is_changed(
    broken: Callable[[Path, pytest.MonkeyPatch], None],
    said: str,
    first: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = columns_of(first)
    broken(copy_of(first), monkeypatch)
    assert said in refused(first).lower()
    assert columns_of(first) == before
    assert not list(first.parent.glob("*.part"))


# ---- totals that are lost


def test_days_without_totals_have_them_again_when_any_day_is_published(
    pipeline: Pipeline,
) -> None:
    path = unpack_warehouse("c1deea7", pipeline.settings.duckdb_path)
    opened(path)
    for table in DERIVED:
        query(path, f"delete from {table} where event_date <> '2026-01-06'")
    pipeline.land(f"dt={NEW_DAY}/a.jsonl", [event(1, event_ts=f"{NEW_DAY}T12:00:00Z")])
    assert pipeline.run(NEW_DAY).success
    with_sales = {day: sales for day, sales in PUBLISHED.items() if sales}
    assert sales_by_day(path) == {**with_sales, str(NEW_DAY): 1}
    answers_are_right(path)


@pytest.mark.parametrize("reject_rate_error", [Decimal(1), Decimal(0)], ids=["may", "is held"])
@pytest.mark.parametrize("declared_later", [True, False], ids=["declared later", "deleted"])
def test_a_breakdown_that_is_lacking_changes_nothing_of_what_is_published(
    pipeline: Pipeline,
    monkeypatch: pytest.MonkeyPatch,
    declared_later: bool,
    reject_rate_error: Decimal,
) -> None:
    """The day is staged anew since, and may be published or is held: it stays known that it was
    published from an earlier staging."""
    path = pipeline.settings.duckdb_path
    pipeline.land(f"dt={DAY}/a.jsonl", [event(1, device="mobile")])
    with monkeypatch.context() as before:
        if declared_later:
            fewer = tuple(name for name in sales.SALES.breakdowns if name != "device")
            before.setattr(sales, "SALES", replace(sales.SALES, breakdowns=fewer))
        assert pipeline.run().success
        pipeline.configure(reject_rate_error=reject_rate_error)
        pipeline.land(f"dt={DAY}/b.jsonl", [event(2), "broken"])
        assert pipeline.run(selection=("raw_sales", *STAGING)).success
    if not declared_later:
        query(path, "delete from analytics.fact_sales_breakdowns where breakdown = 'device'")
    staged_at = query(path, "select staged_at from analytics.fact_sales_days")
    pipeline.land(f"dt={NEW_DAY}/a.jsonl", [event(3, event_ts=f"{NEW_DAY}T12:00:00Z")])
    assert pipeline.run(NEW_DAY).success
    of_day = f"where event_date = '{DAY}'"
    assert query(path, f"select staged_at from analytics.fact_sales_days {of_day}") == staged_at
    broken_down = f"select device, sales from analytics.fact_sales_breakdowns {of_day}"
    assert query(path, f"{broken_down} and breakdown = 'device'") == [("mobile", 1)]


# ---- Dagster's history


@pytest.mark.parametrize("commit", COMMITS)
def test_dagster_s_history_is_unchanged_and_no_day_is_asked_for_again(
    commit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = unpack_history(commit, tmp_path / "home")
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        pipeline = Pipeline(tmp_path, instance)
        path = unpack_warehouse(commit, pipeline.settings.duckdb_path)
        # the files are those that were loaded, as far as a landing zone can tell
        for file in (*AT_FIRST, SECOND_FILE, NEXT_DAY):
            land(pipeline.folder, *file)
        etags = dict(query(path, "select source_filename, etag from raw.raw_sales_files"))
        landed = folder._landed
        monkeypatch.setattr(
            folder,
            "_landed",
            lambda name, day, found: replace(landed(name, day, found), etag=etags[name]),
        )
        before, asked = history(instance), days_asked_for(pipeline)
        assert pipeline.materialized("fact_sales") >= {"2026-01-02", "2026-01-05", "2026-01-06"}

        assert opened(path)

        assert history(instance) == before
        assert days_asked_for(pipeline) == asked
        # c1deea7 had no sensor, and wrote down no version of the files of a day in a longer run
        assert asked == [] or commit == "c1deea7"


def days_asked_for(pipeline: Pipeline) -> list[str]:
    """What a tick of `arrivals` asks for that knows of no earlier one."""
    return [days_of(request) for request in Arrivals(pipeline).tick()]


def history(instance: dg.DagsterInstance) -> dict[str, Any]:
    """What Dagster knows of each asset: its materializations, its days, its data's version."""
    found: dict[str, Any] = {}
    for key in sorted(instance.all_asset_keys()):
        (record,) = instance.get_asset_records([key])
        last = record.asset_entry.last_materialization
        events = instance.fetch_materializations(key, limit=1_000).records
        found[key.to_user_string()] = (
            last and last.timestamp,
            [(each.partition_key, each.timestamp, each.run_id) for each in events],
            sorted(filter(None, instance.get_materialized_partitions(key))),
        )
    return found
