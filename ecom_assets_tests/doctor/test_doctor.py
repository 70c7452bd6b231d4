"""The doctor on every stack: a sound one, and one for each thing that may be wrong."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from ecom_assets.doctor.__main__ import examine, main
from ecom_assets.landing.s3 import S3Zone
from ecom_assets.model import sales
from ecom_assets.model.tables import tables
from ecom_assets.settings import PROJECT_ROOT, S3Url
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets_tests.doctor.conftest import Set
from ecom_assets_tests.support.earlier import COMMITS, unpack_warehouse
from ecom_assets_tests.support.s3_servers import S3Server, rclone_server
from ecom_assets_tests.support.stacks import (
    FOLDER_DUCKDB,
    S3_DUCKDB,
    S3_SNOWFLAKE,
    STACKS,
    Production,
    as_owner,
    environment,
)

LINES = b'{"event_id": "e1"}\nno json\n'


def use_stack(stack: str, use: Set, servers: Production) -> S3Url | None:
    """A sound stack, as a first run would find it."""
    if stack == FOLDER_DUCKDB:
        return None
    place = servers.new_place()
    use(ECOM_LANDING=place)
    if stack == S3_SNOWFLAKE:
        use(**environment(place, servers.new_database(place)))
    return place


def put(servers: Production, place: S3Url, name: str) -> None:
    servers.s3.client().put_object(Bucket=place.bucket, Key=f"{place.prefix}/{name}", Body=LINES)


def found(verdict: str) -> list[str]:
    """What the doctor says of one kind."""
    return [finding.text for finding in examine() if finding.verdict == verdict]


@pytest.mark.parametrize("stack", STACKS)
def test_there_is_nothing_to_fix_before_the_first_run(
    stack: str, use: Set, servers: Production, capsys: pytest.CaptureFixture[str]
) -> None:
    use_stack(stack, use, servers)
    capsys.readouterr()
    main()
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} <= {"ok", "note"}
    parts = {line[6:19].strip() for line in lines}
    assert parts == {"settings", "landing zone", "warehouse", "dagster"}


@pytest.mark.parametrize("stack", STACKS)
def test_a_file_is_read_and_loaded_and_nothing_is_left(
    stack: str, use: Set, servers: Production, tmp_path: Path
) -> None:
    place = use_stack(stack, use, servers)
    name = "dt=2026-01-02/a.jsonl"
    warehouse = DuckDBWarehouse(tmp_path / "w.duckdb")
    if place:
        put(servers, place, name)
    else:
        path = tmp_path / "landing" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(LINES)
    if stack != S3_SNOWFLAKE:
        with warehouse.session(Purpose("test", "test"), print):
            pass  # makes the file
    findings = list(examine())
    assert {finding.verdict for finding in findings} == {"ok"}, findings
    said = [finding.text for finding in findings]
    assert (f"{name} can be read." in said) == (stack != S3_SNOWFLAKE), "Snowflake reads it itself"
    assert f"2 lines of {name} were loaded, and rolled back." in said
    if stack != S3_SNOWFLAKE:
        with warehouse.session(Purpose("test", "test"), print) as session:
            assert session.read_table("raw.raw_sales") == []


def test_what_a_later_start_date_leaves_out_is_told(use: Set, tmp_path: Path) -> None:
    for name in ("dt=2026-01-01/a.jsonl", "dt=2026-01-02/a.jsonl", "dt=2026-01-05/a.jsonl"):
        path = tmp_path / "landing" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(LINES)
    with DuckDBWarehouse(tmp_path / "w.duckdb").session(Purpose("test", "test"), print) as session:
        session._connection.execute(
            "insert into analytics.fact_sales_days (event_date, currency, orders, sales, units, "
            "revenue, staged_at) select unnest([date '2026-01-01', date '2026-01-05']), 'EUR', 1, "
            "1, 1, 1, now()::timestamp"
        )
    assert not [said for said in found("note") if "ECOM_START_DATE" in said]
    use(ECOM_START_DATE="2026-01-03")
    files, days = [said for said in found("note") if "ECOM_START_DATE" in said]
    assert files == (
        "Passed over: 2 files (before the first partition): dt=2026-01-01/a.jsonl, "
        "dt=2026-01-02/a.jsonl. To have them read, set an earlier ECOM_START_DATE."
    )
    assert days.startswith("1 published days lie before ECOM_START_DATE, 2026-01-01 to 2026-01-01")


@pytest.mark.parametrize("stack", STACKS)
def test_files_that_are_passed_over_are_named_with_what_to_do(
    stack: str, use: Set, servers: Production, tmp_path: Path
) -> None:
    place = use_stack(stack, use, servers)
    for name in (
        *("dt=2026-01-02/a.jsonl", "dt=2026-01-02/b.csv", "dt=2026-01-02/_SUCCESS"),
        *("date=2026-01-05/a.jsonl", "dt=9999-12-31/a.jsonl", "reports/sales_report.html"),
    ):
        if place:
            put(servers, place, name)
        else:
            path = tmp_path / "landing" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(LINES)
    assert [said for said in found("note") if said.startswith("Passed over")] == [
        "Passed over: 1 file (suffix): dt=2026-01-02/b.csv. To have them read, give the files one "
        "of the suffixes .jsonl, .ndjson, .jsonl.gz, .ndjson.gz.",
        "Passed over: 1 file (folder): date=2026-01-05/a.jsonl. To have them read, move the files "
        "to the folder of their day, such as dt=2026-01-05.",
        "Passed over: 1 file (in the future): dt=9999-12-31/a.jsonl. To have them read, move the "
        "files to the folder of a day that has come, or wait for theirs.",
    ]


def test_a_home_without_the_dagster_yaml_of_the_project_is_one_note(
    use: Set, tmp_path: Path
) -> None:
    (tmp_path / "home" / "dagster.yaml").unlink()
    (said,) = [said for said in found("note") if "DAGSTER_HOME" in said]
    assert str(tmp_path / "home") in said
    assert "copy the file there" in said


def test_a_storage_that_two_have_made_at_once_is_named_with_the_way_out(
    use: Set, tmp_path: Path
) -> None:
    assert not found("fix")  # and Dagster's storage is made
    database = tmp_path / "home" / "data" / "dagster" / "history" / "runs" / "index.db"
    with sqlite3.connect(database) as connection:
        connection.execute("insert into alembic_version values ('5771160a95ad')")
    connection.close()
    (said,) = found("fix")
    assert "more than one head present" in said
    assert "move that folder away" in said


def test_a_wrong_setting_is_said_and_dagster_is_looked_at_all_the_same(use: Set) -> None:
    use(ECOM_LATE_DAYS="soon")
    assert [(f.verdict, f.part) for f in examine()] == [("fix", "settings"), ("ok", "dagster")]


def test_one_line_each_without_a_traceback_and_1_at_the_end(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ecom_assets.doctor"],
        env={
            "PATH": "",
            "ECOM_SOURCE": "external",
            "ECOM_LANDING": str(tmp_path / "none"),
            "ECOM_DUCKDB_PATH": str(tmp_path / "w.duckdb"),
        },
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
        check=False,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stdout + result.stderr
    assert result.stderr.strip() == "2 to fix."
    assert [line[:19].split() for line in result.stdout.splitlines()] == [
        ["ok", "settings"],
        ["fix", "landing", "zone"],
        ["ok", "landing", "zone"],  # the report
        ["ok", "warehouse"],
        ["fix", "dagster"],
    ]
    assert "DAGSTER_HOME" in result.stdout


def test_make_runs_it(use: Set, tmp_path: Path) -> None:
    make = ["make", "-o", ".venv/ready", f"BIN={Path(sys.executable).parent}", "doctor"]
    result = subprocess.run(make, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"{tmp_path / 'w.duckdb'} will be made by the first run." in result.stdout


def test_a_landing_folder_that_is_a_file(use: Set, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    use(ECOM_LANDING=tmp_path / "file")
    (said,) = found("fix")
    assert "cannot be listed (Not a directory)" in said


@pytest.mark.parametrize(
    ("name", "said"),
    [("ECOM_LANDING", "set ECOM_LANDING to another"), ("ECOM_DUCKDB_PATH", "set ECOM_DUCKDB_PATH")],
)
def test_a_place_that_cannot_be_written(use: Set, name: str, said: str) -> None:
    use(**{name: "/proc/here/it/is"})
    (fix,) = found("fix")
    assert said in fix


def test_a_file_that_is_no_duckdb_file(use: Set, tmp_path: Path) -> None:
    (tmp_path / "w.duckdb").write_text("no database" * 1_000)
    (said,) = found("fix")
    assert "is no DuckDB file" in said


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process has the file open."""
    code = f"import duckdb; c = duckdb.connect({str(path)!r}); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def test_a_duckdb_file_that_another_process_holds(
    use: Set, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecom_assets.doctor.warehouse.WAIT_SECONDS", 0.1)
    with held(tmp_path / "w.duckdb"):
        (said,) = found("fix")
    assert "held by another process" in said


@pytest.mark.parametrize("commit", COMMITS)
def test_what_is_pending_on_a_duckdb_file_is_listed_and_not_done(
    commit: str, use: Set, tmp_path: Path
) -> None:
    path = unpack_warehouse(commit, tmp_path / "w.duckdb")
    before = path.read_bytes()
    findings = list(examine())
    assert not [finding.text for finding in findings if finding.verdict == "fix"]
    (said,) = [f.text for f in findings if f.verdict == "note" and f.part == "warehouse"]
    assert "the next run copies the file and brings them up to version 3. Pending: " in said
    assert "001_ids_are_text, 002_sales_have_items, 003_changes_are_recorded" in said
    if commit == "c1deea7":
        assert "ANALYTICS.FACT_SALES_DAYS" in said
        assert "STAGING.SALES_QUALITY.held_for" in said
    assert path.read_bytes() == before


def test_days_that_an_earlier_version_judged_may_be_replayed(use: Set, tmp_path: Path) -> None:
    path = unpack_warehouse("c1deea7", tmp_path / "w.duckdb")

    def told(change: str) -> list[str]:
        with duckdb.connect(path) as connection:
            connection.execute(f"update staging.sales_quality set {change}")
        return [said for said in found("note") if "earlier version" in said]

    with DuckDBWarehouse(path).session(Purpose("test", "test"), print):
        pass
    (by_other_rules,) = told("rounded_rows = 0")
    (by_less,) = told(f"rounded_rows = null, rules_version = '{sales.SALES.version}'")
    assert told("rounded_rows = 0") == []
    assert by_other_rules == by_less
    assert by_less.startswith("5 days, 2026-01-02 to 2026-01-06, were judged by earlier rules")


def test_a_column_that_somebody_has_dropped(use: Set, tmp_path: Path) -> None:
    def with_the_file(sql: str) -> None:
        with DuckDBWarehouse(tmp_path / "w.duckdb").session(Purpose("test", "test"), print):
            pass
        with duckdb.connect(tmp_path / "w.duckdb") as connection:
            connection.execute(sql)

    with_the_file("alter table analytics.fact_sales drop column device")
    with_the_file("select 1")
    (said,) = found("fix")
    assert "Somebody has dropped ANALYTICS.FACT_SALES.device: docs/runbook.md" in said
    with_the_file("delete from raw.schema_version")  # as the runbook says
    with_the_file("select 1")
    assert not found("fix")


def test_a_warehouse_of_another_time_zone(use: Set, tmp_path: Path) -> None:
    with DuckDBWarehouse(tmp_path / "w.duckdb").session(Purpose("test", "test"), print):
        pass
    use(ECOM_TIMEZONE="Europe/Berlin")
    assert not found("fix")
    assert "The warehouse is empty: it takes the time zone Europe/Berlin." in found("note")
    with duckdb.connect(tmp_path / "w.duckdb") as connection:
        connection.execute(
            "insert into raw.raw_sales_files select 'f', date '2026-01-05', 'e', 1, now(), 1, 'l', "
            "now(), null, null"
        )
    (said,) = found("fix")
    assert "holds days of the time zone UTC, but ECOM_TIMEZONE says Europe/Berlin: set" in said


def test_a_duckdb_file_of_a_later_version(use: Set, tmp_path: Path) -> None:
    with DuckDBWarehouse(tmp_path / "w.duckdb").session(Purpose("test", "test"), print):
        pass
    with duckdb.connect(tmp_path / "w.duckdb") as connection:
        connection.execute("update raw.schema_version set version = 99")
    (said,) = found("fix")
    assert "of version 99" in said


def test_what_is_pending_on_snowflake_is_for_the_set_up(use: Set, servers: Production) -> None:
    use_stack(S3_SNOWFLAKE, use, servers)
    database = os.environ["SNOWFLAKE_DATABASE"]
    settings = servers.snowflake.settings(database)
    with as_owner(settings) as cursor:
        cursor.execute("delete from raw.schema_version")
        cursor.execute("alter table staging.sales_quality drop column held_for")
    (said,) = found("fix")
    files = "001_ids_are_text, 002_sales_have_items, 003_changes_are_recorded"
    assert f"{files}, STAGING.SALES_QUALITY.held_for" in said
    assert "make snowflake-setup APPLY=1" in said


def test_a_bucket_that_is_not_there(use: Set, servers: Production) -> None:
    use(ECOM_LANDING="s3://nobody-s-bucket/x")
    (said,) = found("fix")
    assert "there is no bucket nobody-s-bucket" in said


def test_no_credentials(
    use: Set, servers: Production, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(ECOM_LANDING="s3://sales/x", AWS_SHARED_CREDENTIALS_FILE=tmp_path / "none")
    use(AWS_CONFIG_FILE=tmp_path / "none")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    (said,) = found("fix")
    assert "check the credentials" in said


@pytest.mark.parametrize("server", ["moto", "rclone"])
def test_trying_to_write_to_a_bucket_leaves_nothing(
    server: str, servers: Production, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaves_nothing(s3: S3Server) -> None:
        for name, value in s3.environment().items():
            monkeypatch.setenv(name, value)
        S3Zone(s3.bucket, "a/place").try_write()
        client = s3.client()
        assert "Contents" not in client.list_objects_v2(Bucket=s3.bucket, Prefix="a/place")
        if server == "moto":
            assert "Uploads" not in client.list_multipart_uploads(Bucket=s3.bucket)

    if server == "moto":
        leaves_nothing(servers.s3)
    else:
        with rclone_server(tmp_path) as s3:
            leaves_nothing(s3)


def test_generated_batches_into_a_bucket_are_tried(use: Set, servers: Production) -> None:
    place = use_stack(S3_DUCKDB, use, servers)
    use(ECOM_SOURCE="synthetic")
    assert f"A generated batch can be written to {place}." in found("ok")


def test_a_place_for_reports_that_takes_none_is_found(use: Set, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    use(ECOM_REPORTS=tmp_path / "file" / "reports")
    (said,) = found("fix")
    assert said.startswith(f"The report cannot be written ({tmp_path}/file: Not a directory)")
    assert said.endswith("set ECOM_REPORTS to another folder.")


def test_a_reader_that_has_seen_enough_ends_it_quietly(use: Set) -> None:
    command = [sys.executable, "-m", "ecom_assets.doctor"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_database_that_was_never_set_up(use: Set, servers: Production) -> None:
    place = servers.new_place()
    use(**environment(place, servers.snowflake.settings()))
    told = found("fix")
    assert any("There is no database ECOM_" in said for said in told)
    assert all("snowflake-setup" in said for said in told)


def test_snowflake_does_not_answer(
    use: Set, servers: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecom_assets.warehouse.snowflake.LOGIN_SECONDS", 1)
    use_stack(S3_SNOWFLAKE, use, servers)
    use(SNOWFLAKE_PORT=9, SNOWFLAKE_PASSWORD="pa55word")
    (said,) = found("fix")
    assert "cannot be reached" in said
    assert "pa55word" not in said


def test_a_stage_that_the_role_may_not_use(use: Set, servers: Production) -> None:
    use_stack(S3_SNOWFLAKE, use, servers)
    database = os.environ["SNOWFLAKE_DATABASE"].upper()
    servers.snowflake.grants.held.pop(("stage", f"{database}.RAW.SALES_LANDING"))
    (said,) = found("fix")
    assert said.startswith("There is no stage raw.sales_landing, or the role may not use it.")


def test_a_stage_that_points_elsewhere(use: Set, servers: Production) -> None:
    use_stack(S3_SNOWFLAKE, use, servers)
    use(ECOM_LANDING=servers.new_place())
    (said,) = found("fix")
    assert "The stage raw.sales_landing points to s3://sales/landing/" in said


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        ("list '@", "See that the AWS role has the trust policy"),
        ("show stages", "make snowflake-setup APPLY=1"),
        ("update raw.raw_sales_files", "make snowflake-setup APPLY=1"),
        ("from information_schema.columns", "make snowflake-setup APPLY=1"),
    ],
)
def test_what_snowflake_refuses_is_one_line_and_the_rest_goes_on(
    use: Set, servers: Production, failing: str, said: str
) -> None:
    place = use_stack(S3_SNOWFLAKE, use, servers)
    assert place is not None
    put(servers, place, "dt=2026-01-02/a.jsonl")
    servers.snowflake.failures.append(failing)
    findings = list(examine())
    (fix,) = [finding.text for finding in findings if finding.verdict == "fix"]
    assert said in fix
    assert "\n" not in fix
    assert findings[-1].part == "dagster"
    assert not servers.snowflake.failures


def test_every_table_is_tried_in_each_way(use: Set, servers: Production) -> None:
    use_stack(S3_SNOWFLAKE, use, servers)
    before = len(servers.snowflake.statements)
    assert not found("fix")
    tried = {
        (type(statement), f"{table.db}.{table.name}".lower())
        for text in servers.snowflake.statements[before:]
        if text.endswith("1 = 0")
        for statement in [sqlglot.parse_one(text, read="snowflake")]
        for table in [statement.this]
    }
    kinds = (exp.Insert, exp.Update, exp.Delete)
    assert tried == {(kind, table) for kind in kinds for table in map(str.lower, tables())}


def test_the_days_looked_at_are_few(use: Set, servers: Production) -> None:
    use(ECOM_START_DATE=date(2000, 1, 1))
    assert not found("fix")


def test_a_file_of_secrets_that_everybody_can_read_is_told(
    use: Set, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecom_assets.doctor.__main__.PROJECT_ROOT", tmp_path)
    file = tmp_path / ".env"
    file.write_text("SNOWFLAKE_PASSWORD=pa55word\n")
    file.chmod(0o640)
    assert not found("note")
    file.chmod(0o644)
    assert found("note") == [f"Everybody on this machine can read {file}: chmod o= {file}."]
    file.unlink()
    key = tmp_path / "key.p8"
    key.write_text("a key")
    key.chmod(0o604)
    some = dict.fromkeys(("ACCOUNT", "USER", "ROLE", "WAREHOUSE", "DATABASE"), "x")
    use(**{f"SNOWFLAKE_{name}": value for name, value in some.items()})
    use(ECOM_WAREHOUSE="snowflake", ECOM_LANDING="s3://bucket/x", SNOWFLAKE_PRIVATE_KEY_PATH=key)
    told = next(finding.text for finding in examine() if finding.verdict == "note")
    assert told.startswith(f"Everybody on this machine can read {key}")
