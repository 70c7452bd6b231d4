"""The set-up of a Snowflake account: run twice on the double, and read for what it lets each do."""

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ecom_assets.checks.columns import compared
from ecom_assets.model.tables import VERSION_TABLE, tables
from ecom_assets.settings import PROJECT_ROOT, Settings, SettingsError, read_settings
from ecom_assets.setup.snowflake import SetupError, apply, connect, main, setup_script, statements
from ecom_assets.warehouse.contract import LAYERS, Purpose, WarehouseError
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.migrations import VERSION
from ecom_assets.warehouse.scripts import SQL_FOLDER
from ecom_assets.warehouse.snowflake import SnowflakeWarehouse
from ecom_assets_tests.support.earlier import unpack_warehouse
from ecom_assets_tests.support.stacks import Production, as_owner, environment
from ecom_assets_tests.torture.report import some

ENVIRONMENT = {
    "ECOM_WAREHOUSE": "snowflake",
    "ECOM_LANDING": "s3://bucket/in/here",
    "SNOWFLAKE_ACCOUNT": "org-account",
    "SNOWFLAKE_USER": "dagster@example.com",
    "SNOWFLAKE_ROLE": "ECOM_LOADER",
    "SNOWFLAKE_WAREHOUSE": "ECOM_WH",
    "SNOWFLAKE_DATABASE": "ECOM",
    "SNOWFLAKE_PASSWORD": "pa55word",
    "SNOWFLAKE_STORAGE_INTEGRATION": "ECOM_S3",
    "SNOWFLAKE_AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/ecom-snowflake",
}
LOADER, READER = "ECOM_LOADER", "ECOM_READER"


def script(**changed: str) -> str:
    return setup_script(read_settings({**ENVIRONMENT, **changed}))


def with_roles() -> Iterator[tuple[str, str]]:
    """Each statement, with the role that runs it."""
    role = "nobody"
    for statement in statements(script()):
        one = " ".join(statement.lower().split())
        if one.startswith("use role "):
            role = one.removeprefix("use role ").upper()
        else:
            yield role, one


def granted(to: str) -> dict[str, set[str]]:
    """What a role is granted: objects, and what it may do with each."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, statement in with_roles():
        if matched := re.fullmatch(rf"grant (.*?) on (.*) to role {to.lower()}", statement):
            found[matched[2]] |= set(matched[1].split(", "))
    return found


@pytest.fixture
def settings(servers: Production) -> Settings:
    """Settings for a database that is not there yet."""
    place = servers.new_place()
    return read_settings(environment(place, servers.snowflake.settings()))


def test_set_up_twice_is_set_up_once_and_keeps_the_rows(settings: Settings) -> None:
    assert settings.snowflake is not None
    with connect(settings.snowflake) as connection:
        apply(connection, settings)
    warehouse = SnowflakeWarehouse(settings.snowflake, network_seconds=1)
    with warehouse.session(Purpose("test", "test"), print) as session:
        ledger = {"etag": "e", "size_bytes": 1, "load_id": "x"}
        with as_owner(settings.snowflake) as cursor:
            cursor.execute(
                "insert into raw.raw_sales_files (source_filename, "
                "batch_date, etag, size_bytes, last_modified, load_id, loaded_at) values ('f', "
                "'2026-01-05', 'e', 1, '2026-01-05 00:00:00', 'x', '2026-01-05 00:00:00')"
            )
        with connect(settings.snowflake) as connection:
            integration = apply(connection, settings)
        (row,) = session.read_table("raw.raw_sales_files")
        assert {name: row[name] for name in ledger} == ledger
        assert session.read_table("analytics.revenue_by_day") == []
    assert integration["STORAGE_AWS_EXTERNAL_ID"] == "DOUBLE_SFCRole=1_abc"


@pytest.fixture
def of_an_earlier_version(settings: Settings, tmp_path: Path) -> SnowflakeWarehouse:
    """A database with the tables of commit c1deea7, and what it had judged and published."""
    assert settings.snowflake is not None
    file = unpack_warehouse("c1deea7", tmp_path / "w.duckdb")
    with DuckDBWarehouse(file, brings_up=False).session(PURPOSE, print) as session:
        columns = session.columns()
        rows = {name: session.read_table(name) for name in KEPT}
    with connect(settings.snowflake) as connection:
        apply(connection, settings)
    with as_owner(settings.snowflake) as cursor:
        for table in tables():
            cursor.execute(f"drop table {table}")
            if types := {column: columns[table][column] for column in columns.get(table, ())}:
                described = ", ".join(f"{column} {kind}" for column, kind in types.items())
                cursor.execute(f"create table {table} ({described})")
            for row in rows.get(table, ()):
                marks = ", ".join(["%s"] * len(row))
                cursor.execute(
                    f"insert into {table} ({', '.join(row)}) values ({marks})",
                    [None if value is None else str(value) for value in row.values()],
                )
    return SnowflakeWarehouse(settings.snowflake, network_seconds=1)


PURPOSE = Purpose("test", "test")
KEPT = ("STAGING.STG_SALES_CLEAN", "STAGING.SALES_QUALITY", "ANALYTICS.FACT_SALES")


def is_brought_up(warehouse: SnowflakeWarehouse, rows: dict[str, int]) -> None:
    with warehouse.session(PURPOSE, print) as session:
        types = session.columns()
        for table, columns in tables().items():
            assert compared(columns, types[table]).passed, table
        assert {name: len(session.read_table(name)) for name in rows} == rows
        ids = {str(row["customer_id"]) for row in session.read_table("analytics.fact_sales")}
        assert "9007199254740995" in ids
        sales = sum(row["sales"] for row in session.read_table("analytics.fact_sales_days"))
        assert sales == rows["ANALYTICS.FACT_SALES"] == 75
        shown = sum(row["sales"] for row in session.read_table("analytics.revenue_by_country"))
        assert shown == 75
        with session.transaction("raw"):
            pass


def test_tables_of_an_earlier_version_are_brought_up_with_all_rows(
    of_an_earlier_version: SnowflakeWarehouse, settings: Settings
) -> None:
    assert settings.snowflake is not None
    with of_an_earlier_version.session(PURPOSE, print) as session:
        rows = {name: len(session.read_table(name)) for name in KEPT}
        with (
            pytest.raises(WarehouseError, match="make snowflake-setup APPLY=1") as raised,
            session.transaction("raw"),
        ):
            pass
        assert "\n" not in str(raised.value)
    for _ in range(2):
        with connect(settings.snowflake) as connection:
            apply(connection, settings)
        is_brought_up(of_an_earlier_version, rows)
    with of_an_earlier_version.session(PURPOSE, print) as session:
        assert [row["version"] for row in session.read_table(VERSION_TABLE)] == [VERSION]


@pytest.mark.parametrize(
    "failing",
    some(
        *(
            "create or replace transient table staging.stg_sales_clean",
            "insert into raw.schema_version",
        ),
        of=[
            "add if not exists held_for",
            "create or replace transient table staging.stg_sales_clean",
            "create or replace table analytics.fact_sales",
            "insert into analytics.fact_sales_days",
            "insert into raw.schema_version",
        ],
    ),
)
def test_stopped_in_the_middle_they_are_brought_up_the_next_time(
    failing: str,
    of_an_earlier_version: SnowflakeWarehouse,
    settings: Settings,
    servers: Production,
) -> None:
    assert settings.snowflake is not None
    with of_an_earlier_version.session(PURPOSE, print) as session:
        rows = {name: len(session.read_table(name)) for name in KEPT}
    servers.snowflake.failures.append(failing)
    with connect(settings.snowflake) as connection:
        with pytest.raises(SetupError, match=r"not brought up: .*made to fail") as raised:
            apply(connection, settings)
        assert "\n" not in str(raised.value)
        assert not servers.snowflake.failures
        apply(connection, settings)
    is_brought_up(of_an_earlier_version, rows)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (0, "of version 0, this project's of 3: an administrator runs `make snowflake-setup APPL"),
        (99, "of version 99, this project's of 3: run the project that brought them up, or a la"),
    ],
)
def test_a_run_on_tables_of_another_version_is_one_sentence(
    version: int, said: str, settings: Settings
) -> None:
    assert settings.snowflake is not None
    with connect(settings.snowflake) as connection:
        apply(connection, settings)
    with as_owner(settings.snowflake) as cursor:
        cursor.execute(f"update raw.schema_version set version = {version}")
    with SnowflakeWarehouse(settings.snowflake, network_seconds=1).session(PURPOSE, print) as one:
        for layer in LAYERS:
            with pytest.raises(WarehouseError, match=said), one.transaction(layer):
                pass
    if version > VERSION:
        with (
            connect(settings.snowflake) as connection,
            pytest.raises(SetupError, match="of version 99"),
        ):
            apply(connection, settings)


def test_the_database_has_the_shop_s_time_zone_and_keeps_it(settings: Settings) -> None:
    assert settings.snowflake is not None

    def zones() -> list[Any]:
        with as_owner(settings.snowflake) as cursor:  # type: ignore[arg-type]
            cursor.execute("select time_zone from raw.schema_version")
            return [row[0] for row in cursor.fetchall()]

    def set_up(zone: str) -> None:
        with connect(settings.snowflake) as connection:  # type: ignore[arg-type]
            apply(connection, replace(settings, time_zone=zone))

    for zone in ("America/New_York", "Australia/Sydney"):
        set_up(zone)
        assert zones() == [zone], "nothing is in it yet"
    with as_owner(settings.snowflake) as cursor:
        cursor.execute(
            "insert into staging.sales_quality "
            "(event_date, raw_rows, clean_rows, reject_rows, reject_rate, publishable, "
            "rules_version, run_id, evaluated_at) "
            "select '2026-01-05', 0, 0, 0, 0, true, 'v', 'r', sysdate()"
        )
    with pytest.raises(SetupError, match="holds days of the time zone Australia/Sydney, but ECOM"):
        set_up("UTC")
    assert zones() == ["Australia/Sydney"]


def test_nothing_is_lost_by_running_it_again() -> None:
    for _, statement in with_roles():
        assert not re.match(r"drop|truncate|delete|create or replace (?!view)", statement)
        if statement.startswith("create"):
            assert re.match(r"create or replace view |create [a-z ]+ if not exists ", statement)


def test_the_account_s_administrator_does_what_only_it_may() -> None:
    as_admin = [statement for role, statement in with_roles() if role == "ACCOUNTADMIN"]
    assert [re.sub(r" ecom_s3.*", "", statement) for statement in as_admin] == [
        "create storage integration if not exists",
        "alter storage integration",
        *["grant usage on integration"] * 2,
        "desc integration",
    ]
    naming = [path for path in SQL_FOLDER.rglob("*.sql") if "use role accountadmin" in _text(path)]
    assert sorted(path.name for path in naming) == ["account.sql", "monitor.sql"]


def test_a_month_s_credits_are_limited_where_that_is_asked_for() -> None:
    assert "resource monitor" not in script()
    said = script(SNOWFLAKE_CREDIT_QUOTA="50")
    assert "create resource monitor if not exists ECOM_MONTHLY" in said
    assert "credit_quota = 50" in said
    assert "alter warehouse ECOM_WH set\nresource_monitor = ECOM_MONTHLY;" in said
    assert said.index("create warehouse") < said.index("alter warehouse")


def test_the_loader_changes_rows_and_nothing_else() -> None:
    for thing, may in granted(LOADER).items():
        of_rows = {"select", "insert", "update", "delete"} if " tables in " in thing else {"select"}
        assert may <= (of_rows if " in schema " in thing else {"usage"}), thing


def test_the_reader_sees_the_answers_alone() -> None:
    found = granted(READER)
    assert found.pop("all tables in schema analytics") == {"select"}
    assert found.pop("future tables in schema analytics") == {"select"}
    assert found.pop("all views in schema analytics") == {"select"}
    assert found.pop("future views in schema analytics") == {"select"}
    assert found == {
        "database ecom": {"usage"},
        "warehouse ecom_wh": {"usage"},
        "schema analytics": {"usage"},
    }


def test_no_role_is_granted_more_than_its_purpose() -> None:
    known = ("ECOM_OWNER", LOADER, READER, "SYSADMIN")
    for _, statement in with_roles():
        if statement.startswith("grant"):
            assert re.search(r" to (user|role) (\S+)$", statement), statement
            assert "ownership" not in statement
            assert " all privileges" not in statement
            if matched := re.search(r" to role (\S+)$", statement):
                assert matched[1].upper() in known
    to_user = [one for _, one in with_roles() if " to user " in one]
    assert to_user == ['grant role ecom_loader to user "dagster@example.com"']


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").lower()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SNOWFLAKE_STORAGE_INTEGRATION", "", "SNOWFLAKE_STORAGE_INTEGRATION is not set"),
        ("SNOWFLAKE_AWS_ROLE_ARN", "", "SNOWFLAKE_AWS_ROLE_ARN is not set"),
        ("SNOWFLAKE_AWS_ROLE_ARN", "ecom-snowflake", "must be a role's ARN"),
        ("SNOWFLAKE_AWS_ROLE_ARN", "arn:aws:iam::1:user/x", "must be a role's ARN"),
        ("SNOWFLAKE_DATABASE", "ecom; drop table x", "must be a plain name"),
        ("SNOWFLAKE_WAREHOUSE", 'a"b', "must be a plain name"),
        ("SNOWFLAKE_STORAGE_INTEGRATION", "x.y", "must be a plain name"),
        ("SNOWFLAKE_ROLE", "accountadmin", "must be a role of its own"),
        ("SNOWFLAKE_ROLE", "Ecom_Owner", "must be a role of its own"),
        ("SNOWFLAKE_USER", 'x" ; drop', "must be a user's name"),
    ],
)
def test_a_setting_that_the_set_up_cannot_use_is_one_sentence(
    name: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        script(**{name: value})
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)


def test_there_is_nothing_to_set_up_on_duckdb() -> None:
    with pytest.raises(SettingsError, match="ECOM_WAREHOUSE holds 'duckdb'"):
        setup_script(read_settings({}))


def test_a_prefix_of_any_name_stays_a_text() -> None:
    assert "url = 's3://bucket/it''s; drop table x/'" in script(
        ECOM_LANDING="s3://bucket/it's; drop table x"
    )


@pytest.mark.parametrize(
    ("partition", "provider", "url"),
    [
        ("aws", "S3", "s3://bucket/in/here/"),
        ("aws-cn", "S3CHINA", "s3china://bucket/in/here/"),
        ("aws-us-gov", "S3GOV", "s3gov://bucket/in/here/"),
    ],
)
def test_each_part_of_aws_has_snowflake_s_name_for_it(
    partition: str, provider: str, url: str
) -> None:
    said = script(SNOWFLAKE_AWS_ROLE_ARN=f"arn:{partition}:iam::123456789012:role/r")
    assert f"storage_provider = '{provider}'" in said
    assert f"storage_allowed_locations = ('{url}')" in said
    assert f"\nurl = '{url}'" in said


def use(settings: Settings, monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    assert settings.snowflake is not None
    said = environment(settings.landing, settings.snowflake)  # type: ignore[arg-type]
    for name, value in {**said, **changed}.items():
        monkeypatch.setenv(name, value)


def test_it_prints_a_script_and_runs_nothing(
    settings: Settings,
    servers: Production,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use(settings, monkeypatch, SNOWFLAKE_PASSWORD="pa55word")
    before = len(servers.snowflake.statements)
    main([])
    printed = capsys.readouterr().out
    assert len(servers.snowflake.statements) == before
    code, _, notes = printed.partition("/*")
    assert code.strip() == setup_script(settings).strip()
    assert "<STORAGE_AWS_EXTERNAL_ID>" in notes
    assert not re.search(r"(?<![\w:]):[a-z_]+", code), "a name is left unfilled"
    assert "pa55word" not in printed


def test_a_key_is_in_what_it_prints_for_aws_where_it_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(settings, monkeypatch)
    key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd"
    main(["--kms-key", key])
    assert capsys.readouterr().out.count(key) == 2
    with pytest.raises(SystemExit, match=r"--kms-key holds 'alias/x', but it must be a key's ARN"):
        main(["--kms-key", "alias/x"])


def test_it_runs_and_says_what_is_left_to_do_in_aws(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(settings, monkeypatch, SNOWFLAKE_PASSWORD="pa55word")
    main(["--apply"])
    printed = capsys.readouterr().out
    assert len(re.findall(r"(?m)^ok  ", printed)) == len(statements(setup_script(settings)))
    assert '"sts:ExternalId": "DOUBLE_SFCRole=1_abc"' in printed
    assert "pa55word" not in printed


def test_a_refused_statement_is_one_sentence_that_names_it(
    settings: Settings, servers: Production
) -> None:
    assert settings.snowflake is not None
    servers.snowflake.failures.append("create stage")
    with (
        connect(settings.snowflake) as connection,
        pytest.raises(SetupError, match=r"“create stage if not exists .*”: .*made to fail") as said,
    ):
        apply(connection, settings)
    assert "\n" not in str(said.value)
    with connect(settings.snowflake) as connection:
        apply(connection, settings)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--apply"], "does not let ECOM_LOADER in"),
        (["--apply", "--connection", "no"], "the connec"),
    ],
)
def test_who_is_not_let_in_is_told_so(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.setattr("ecom_assets.setup.snowflake.LOGIN_SECONDS", 1)
    monkeypatch.setenv("SNOWFLAKE_HOME", str(tmp_path))
    nobody = replace(settings.snowflake, port=9)  # type: ignore[type-var]
    use(replace(settings, snowflake=nobody), monkeypatch, SNOWFLAKE_PASSWORD="pa55word")
    with pytest.raises(SystemExit, match=said) as stopped:
        main(arguments)
    assert "pa55word" not in str(stopped.value)
    assert "\n" not in str(stopped.value)


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ([], []),
        (["APPLY=1"], ["--apply"]),
        (["APPLY=0", "CONNECTION=it is me"], ["--connection", "it is me"]),
        (["APPLY=1", "CONNECTION=me"], ["--apply", "--connection", "me"]),
    ],
)
def test_make_prints_it_or_runs_it(tmp_path: Path, given: list[str], arguments: list[str]) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    make = ["make", "-o", ".venv/ready", f"BIN={tmp_path}", "snowflake-setup", *given]
    # the tests may have been started by make, whose own words to its children must not reach ours
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    result = subprocess.run(
        make, cwd=PROJECT_ROOT, env=outside, capture_output=True, text=True, check=False
    )
    assert result.stdout.splitlines() == ["-m", "ecom_assets.setup.snowflake", *arguments]
