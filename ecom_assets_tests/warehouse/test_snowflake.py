"""What is Snowflake's own: COPY by name, damaged and changing files, tags, plain errors."""

import gzip
import json
import re
import threading
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector import errors

from ecom_assets.landing.zone import FileChanged, LandedFile
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import FILES_PER_STATEMENT, load_new_files
from ecom_assets.settings import SnowflakeSettings
from ecom_assets.setup.snowflake import connect
from ecom_assets.warehouse.contract import (
    Layer,
    LoadedFile,
    Purpose,
    WarehouseBusy,
    WarehouseError,
)
from ecom_assets.warehouse.expressions import files_table, literal
from ecom_assets.warehouse.snowflake import (
    FILES_PER_COPY,
    SESSION_PARAMETERS,
    SnowflakeSession,
    SnowflakeWarehouse,
    _name_below,
    query_tag,
    said,
)
from ecom_assets.warehouse.sql import render
from ecom_assets_tests.support.stacks import S3_SNOWFLAKE, Production, Stack, new_stack
from ecom_assets_tests.warehouse.conftest import good, jsonl

DAY = date(2026, 1, 5)
GOLDEN = Path(__file__).parent / "golden" / "snowflake"
PURPOSE = Purpose("raw_sales", "the run", DAY, date(2026, 1, 7))


@pytest.fixture
def stack(tmp_path: Path, servers: Production) -> Stack:
    return new_stack(S3_SNOWFLAKE, tmp_path, servers)


def load(stack: Stack, session: SnowflakeSession) -> dict[str, tuple[int | None, str | None]]:
    files = stack.zone.list_files(DAY, DAY)
    with session.transaction("raw"):
        loaded = session.load_lines(
            stack.zone, files, load_id="load", loaded_at=datetime(2026, 1, 5)
        )
    return {one.file.name: (one.row_count, one.problem) for one in loaded}


def test_files_are_loaded_whole_or_not_at_all(stack: Stack) -> None:
    stack.put("dt=2026-01-05/a.jsonl.gz", gzip.compress(jsonl(good(1), good(2))))
    stack.put("dt=2026-01-05/b.jsonl.gz", gzip.compress(jsonl(*map(good, range(99))))[:-20])
    stack.put("dt=2026-01-05/c.jsonl", b"\n  \nno json\r\n\t\r\nlast")
    stack.put("dt=2026-01-05/d.jsonl", b"")
    with stack.warehouse.session(PURPOSE, print) as session:
        assert isinstance(session, SnowflakeSession)
        found = load(stack, session)
        rows = session.read_table("raw.raw_sales")
    damaged = found.pop("dt=2026-01-05/b.jsonl.gz")
    assert damaged[0] is None
    assert "b.jsonl.gz was not loaded" in str(damaged[1])
    assert found == {
        "dt=2026-01-05/a.jsonl.gz": (2, None),
        "dt=2026-01-05/c.jsonl": (2, None),
        "dt=2026-01-05/d.jsonl": (0, None),
    }
    texts = [(row["source_row_number"], row["raw_text"]) for row in rows if row["raw"] is None]
    assert sorted(texts) == [(3, "no json"), (5, "last")]
    assert {row["source_filename"] for row in rows} == {
        "dt=2026-01-05/a.jsonl.gz",
        "dt=2026-01-05/c.jsonl",
    }


def test_a_file_rewritten_while_it_is_loaded_is_noticed(stack: Stack) -> None:
    stack.put("dt=2026-01-05/a.jsonl", jsonl(good(1)))
    files = stack.zone.list_files(DAY, DAY)
    stack.put("dt=2026-01-05/a.jsonl", jsonl(good(2)))
    with stack.warehouse.session(PURPOSE, print) as session:
        with (
            pytest.raises(FileChanged, match=r"a\.jsonl was rewritten"),
            session.transaction("raw"),
        ):
            session.load_lines(stack.zone, files, load_id="x", loaded_at=datetime(2026, 1, 5))
        assert session.read_table("raw.raw_sales") == []


def test_a_file_that_vanished_is_left_out(stack: Stack) -> None:
    stack.put("dt=2026-01-05/a.jsonl", jsonl(good(1)))
    (there,) = stack.zone.list_files(DAY, DAY)
    gone = LandedFile("dt=2026-01-05/gone.jsonl", DAY, "e", 1, datetime(2026, 1, 5))
    with stack.warehouse.session(PURPOSE, print) as session, session.transaction("raw"):
        loaded = session.load_lines(
            stack.zone, [there, gone], load_id="x", loaded_at=datetime(2026, 1, 5)
        )
    assert [one.file.name for one in loaded] == [there.name]


def test_a_file_that_vanishes_before_it_is_loaded_keeps_the_rows_of_its_last_version(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = "dt=2026-01-05/a.jsonl"
    stack.put(file, jsonl(good(1)))
    days = EventDays(DAY, DAY)

    def load_new() -> None:
        with stack.warehouse.session(PURPOSE, print) as session:
            load_new_files(session, stack.zone, days, run_id="r", log=print)

    load_new()
    stack.put(file, jsonl(good(2), good(3)))
    real = SnowflakeSession.load_lines

    def too_late(*args: Any, **kwargs: Any) -> Any:
        stack.delete(file)
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(SnowflakeSession, "load_lines", too_late)
        load_new()
    with stack.warehouse.session(PURPOSE, print) as session:
        (current,) = session.run("raw/ledger", first_day=DAY, last_day=DAY)
        assert current["row_count"] == 1
        assert len(session.read_table("raw.raw_sales")) == 1


def test_files_are_read_in_parallel_until_one_of_them_cannot_be_read(
    stack: Stack, servers: Production
) -> None:
    """A COPY that skips files reads each on its own; so it is the second try."""

    def tries() -> list[str]:
        before = len(servers.snowflake.statements)
        with stack.warehouse.session(PURPOSE, print) as session:
            assert isinstance(session, SnowflakeSession)
            load(stack, session)
        sent = [s for s in servers.snowflake.statements[before:] if s.startswith("COPY INTO")]
        return [s.partition("on_error = '")[2].partition("'")[0] for s in sent]

    stack.put("dt=2026-01-05/a.jsonl", jsonl(good(1)))
    assert tries() == ["ABORT_STATEMENT"]
    stack.put("dt=2026-01-05/b.jsonl.gz", b"no gzip")
    assert tries() == ["ABORT_STATEMENT", "SKIP_FILE"]


@pytest.mark.parametrize("number", [604, 625, 630])
def test_a_load_that_was_ended_is_not_tried_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    stack.put("dt=2026-01-05/a.jsonl", jsonl(good(1)))
    real, tried = SnowflakeSession.run, []

    def ended(session: SnowflakeSession, script: str, /, **values: Any) -> Any:
        if script == "load_lines":
            tried.append(values["on_error"])
            raise errors.ProgrammingError("SQL execution canceled", errno=number)
        return real(session, script, **values)

    monkeypatch.setattr(SnowflakeSession, "run", ended)
    with stack.warehouse.session(PURPOSE, print) as session:
        assert isinstance(session, SnowflakeSession)
        with pytest.raises(errors.ProgrammingError, match="canceled"):
            load(stack, session)
    assert tried == ["ABORT_STATEMENT"]


def test_no_statement_that_names_files_is_longer_than_snowflake_takes() -> None:
    """1 MB. S3 takes names of 1,024 bytes; a quote is written twice."""
    name = ("dt=2026-01-05/" + "'" * 1_024)[:1_024]
    file = LandedFile(name, DAY, "e" * 64, 10**15, datetime(2026, 1, 5))
    names = [literal(name)] * FILES_PER_COPY
    loaded = [LoadedFile(file, 10**9)] * FILES_PER_STATEMENT
    moment = datetime(2026, 1, 5)
    said: dict[str, dict[str, Any]] = {
        "load_lines": {
            "file_names": names,
            "on_error": "SKIP_FILE",
            "name_start": 1,
            "day_start": 4,
        },
        "raw/record_load": {"files": files_table(loaded)},
        "raw/supersede": {"file_names": [literal(name)] * FILES_PER_STATEMENT},
    }
    for script, values in said.items():
        (statement,) = render(
            script, "snowflake", None, load_id="x" * 50, loaded_at=moment, **values
        )
        assert 500_000 < len(statement.encode()) < 1_000_000, script


def test_a_connection_that_is_lost_after_the_commit_fails_nothing(
    stack: Stack, servers: Production
) -> None:
    """What is told of a session's statements asks Snowflake nothing; what a plan asks may fail."""
    with stack.warehouse.session(PURPOSE, print) as session:
        assert isinstance(session, SnowflakeSession)
        with session.transaction("raw"):
            pass
        before = len(servers.snowflake.statements)
        assert [query["script"] for query in session.queries()] == ["begin", "turn", "commit"]
        assert len(servers.snowflake.statements) == before
        servers.snowflake.failures.append("query_history_by_session")
        assert session.bytes_scanned() is None
    assert not servers.snowflake.failures


DEPENDS_ON = {
    # what the SQL that is sent has in it, and the parameter that it depends on
    r"CAST\('[^']*' AS DATE\)": "DATE_INPUT_FORMAT",
    r"TRY_CAST\(\s*LEFT\(": "TIMESTAMP_INPUT_FORMAT",
    r"CAST\('[^']*' AS TIMESTAMP_NTZ\)": "TIMESTAMP_INPUT_FORMAT",
    r"SYSDATE\(\)|CONVERT_TIMEZONE|DATE_PART": "TIMEZONE",
    r"AS TIMESTAMP_NTZ\)": "TIMESTAMP_TYPE_MAPPING",
    r"ORDER BY": "DEFAULT_NULL_ORDERING",
    r"UPDATE raw\.raw_sales": "LOCK_TIMEOUT",
    r"CAST\([^()]*(event_date|batch_date) AS VARCHAR\)": "DATE_OUTPUT_FORMAT",
}
OF_THE_SESSION = {
    # whatever it sends; a mapping's keys may be quoted
    "QUOTED_IDENTIFIERS_IGNORE_CASE",
    *("AUTOCOMMIT", "TRANSACTION_ABORT_ON_ERROR", "ABORT_DETACHED_QUERY"),
    *("STATEMENT_TIMEOUT_IN_SECONDS", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS"),
    *("ROWS_PER_RESULTSET", "TIME_INPUT_FORMAT", "BINARY_INPUT_FORMAT", "BINARY_OUTPUT_FORMAT"),
    *("TIMESTAMP_OUTPUT_FORMAT", "TIMESTAMP_NTZ_OUTPUT_FORMAT", "DATE_OUTPUT_FORMAT"),
}


def test_each_parameter_that_the_sql_depends_on_is_set(servers: Production, stack: Stack) -> None:
    """By the sessions of the pipeline, and by the first statement of the set-up."""
    sent = "\n".join(path.read_text() for path in GOLDEN.rglob("*.sql"))
    for pattern, name in DEPENDS_ON.items():
        assert name in SESSION_PARAMETERS or not re.search(pattern, sent), name
    used = {name for pattern, name in DEPENDS_ON.items() if re.search(pattern, sent)}
    assert SESSION_PARAMETERS.keys() == used | OF_THE_SESSION
    with stack.warehouse.session(PURPOSE, print) as session:
        assert isinstance(session, SnowflakeSession)
        told = session._connection._session_parameters  # sent with the login
    assert SESSION_PARAMETERS.items() <= told.items()
    set_up = [s.split() for s in servers.snowflake.statements if s.startswith("alter session set")]
    assert {words[3] for words in set_up} == SESSION_PARAMETERS.keys()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"password": "a-token"}, {"password": "a-token"}),
        ({"token_path": "token"}, {"authenticator": "OAUTH", "token": "a token"}),
        (
            {"workload_identity": "AWS"},
            {
                "authenticator": "WORKLOAD_IDENTITY",
                "workload_identity_provider": "AWS",
            },
        ),
        (
            {"workload_identity": "OIDC", "token_path": "token"},
            {
                "authenticator": "WORKLOAD_IDENTITY",
                "workload_identity_provider": "OIDC",
                "token": "a token",
            },
        ),
    ],
)
@pytest.mark.parametrize("by", ["a run", "the set-up"])
def test_who_has_no_key_logs_in_otherwise(
    servers: Production,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    told: dict[str, Any],
    by: str,
) -> None:
    (tmp_path / "token").write_text("a token\n")
    if "token_path" in given:
        given = {**given, "token_path": tmp_path / "token"}  # type: ignore[dict-item]
    settings = replace(servers.snowflake.settings(), **{"password": None, **given})  # type: ignore[arg-type]
    asked: list[dict[str, Any]] = []

    def connect_to(**arguments: Any) -> Any:
        asked.append(arguments)
        raise errors.DatabaseError("not now")

    monkeypatch.setattr("snowflake.connector.connect", connect_to)
    with pytest.raises((WarehouseError, errors.DatabaseError), match="not now"):
        if by == "the set-up":
            connect(settings)
        with SnowflakeWarehouse(settings).session(PURPOSE, print):
            pass
    names = ("password", "authenticator", "token", "workload_identity_provider")
    assert {name: asked[0][name] for name in names if asked[0].get(name) is not None} == told


def test_more_files_than_a_copy_names_are_several_copies(
    stack: Stack, servers: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecom_assets.warehouse.snowflake.FILES_PER_COPY", 3)
    for number in range(7):
        stack.put(f"dt=2026-01-05/{number}.jsonl", jsonl(good(number)))
    before = len(servers.snowflake.statements)
    with stack.warehouse.session(PURPOSE, print) as session:
        assert isinstance(session, SnowflakeSession)
        assert len(load(stack, session)) == 7
    sent = servers.snowflake.statements[before:]
    assert len([statement for statement in sent if statement.startswith("COPY INTO")]) == 3


def test_statements_are_tagged_and_found_again(stack: Stack) -> None:
    assert json.loads(query_tag(PURPOSE)) == {
        "app": "ecom_assets",
        "asset": "raw_sales",
        "first_day": "2026-01-05",
        "last_day": "2026-01-07",
        "run_id": "the run",
    }
    with stack.warehouse.session(PURPOSE, print) as session:
        session.run("raw/ledger", first_day=DAY, last_day=DAY)
        (query,) = session.queries()
        assert isinstance(session, SnowflakeSession)
        tag = session._connection._session_parameters["QUERY_TAG"]  # sent with the login
    assert (query["script"], query["rows"]) == ("raw/ledger", 0)
    assert query["query_id"]
    assert tag == query_tag(PURPOSE)


def test_an_error_rolls_back(stack: Stack, servers: Production) -> None:
    stack.put("dt=2026-01-05/a.jsonl", jsonl(good(1)))
    servers.snowflake.failures.append("count_if(trim(coalesce")
    with stack.warehouse.session(PURPOSE, print) as session:
        assert isinstance(session, SnowflakeSession)
        with pytest.raises(Exception, match="made to fail"):
            load(stack, session)
        assert session.read_table("raw.raw_sales") == []
        assert load(stack, session) == {"dt=2026-01-05/a.jsonl": (1, None)}


def test_transactions_on_a_layer_take_turns_and_others_do_not_wait(stack: Stack) -> None:
    done: list[str] = []
    # the connector cancels a statement after that time, and one has to wait here
    assert isinstance(stack.warehouse, SnowflakeWarehouse)
    stack.warehouse._network_seconds = 60

    def write(name: str, layer: Layer) -> None:
        with stack.warehouse.session(PURPOSE, print) as session, session.transaction(layer):
            done.append(name)

    with stack.warehouse.session(PURPOSE, print) as session, session.transaction("raw"):
        waiting = threading.Thread(target=write, args=("behind", "raw"))
        waiting.start()
        write("beside", "staging")
        time.sleep(1)  # for a second transaction to get ahead of the first, if it could
        done.append("first")
    waiting.join(60)
    assert done == ["beside", "first", "behind"]


def test_who_waits_in_vain_may_try_again_and_a_turn_that_is_not_there_is_one_sentence(
    stack: Stack, servers: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecom_assets_tests.support.snowflake_locks.LOCK_SECONDS", 0.1)
    with (
        stack.warehouse.session(PURPOSE, print) as first,
        stack.warehouse.session(PURPOSE, print) as second,
        first.transaction("raw"),
        pytest.raises(WarehouseBusy, match=r"has locked table .* SHOW LOCKS"),
        second.transaction("raw"),
    ):
        pass
    with stack.warehouse.session(PURPOSE, print) as session:
        assert isinstance(session, SnowflakeSession)
        session.ask("delete from raw.turns")
        with (
            pytest.raises(WarehouseError, match=r"RAW\.TURNS has no row, .* run the set-up again"),
            session.transaction("raw"),
        ):
            pass


def test_a_client_that_is_gone_keeps_its_turn_no_longer_than_snowflake_lets_it(
    stack: Stack, servers: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers.snowflake.locks, "idle_seconds", 0.2)
    stack.put("dt=2026-01-05/a.jsonl", jsonl(good(1)))
    gone = stack.warehouse.session(PURPOSE, print)
    session = gone.__enter__()
    session._execute("begin", "begin")  # type: ignore[attr-defined]
    session._take_turn("raw")  # type: ignore[attr-defined]
    with stack.warehouse.session(PURPOSE, print) as other:
        assert isinstance(other, SnowflakeSession)
        assert load(stack, other) == {"dt=2026-01-05/a.jsonl": (1, None)}
    assert servers.snowflake.locks.rolled_back == 1
    gone.__exit__(None, None, None)


def test_a_database_without_its_tables(servers: Production) -> None:
    settings = servers.snowflake.settings()
    warehouse = SnowflakeWarehouse(settings, network_seconds=1)
    with (
        warehouse.session(PURPOSE, print) as session,
        pytest.raises(WarehouseError, match="make snowflake-setup APPLY=1"),
    ):
        session.read_table("staging.sales_quality")


def test_nobody_there(servers: Production, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecom_assets.warehouse.snowflake.LOGIN_SECONDS", 1)
    settings: SnowflakeSettings = replace(
        servers.snowflake.settings(), host="127.0.0.1", port=9, password="s3cret"
    )
    warehouse = SnowflakeWarehouse(settings, network_seconds=1)
    with (
        pytest.raises(WarehouseError, match="cannot be reached") as raised,
        warehouse.session(PURPOSE, print),
    ):
        pass
    assert "s3cret" not in str(raised.value)


def test_a_file_that_is_no_key(servers: Production, tmp_path: Path) -> None:
    key = tmp_path / "key.p8"
    key.write_text("no key")
    settings = replace(servers.snowflake.settings(), private_key_path=key, password=None)
    with (
        pytest.raises(WarehouseError, match=r"cannot be read as a private key .*PKCS#8"),
        SnowflakeWarehouse(settings, network_seconds=1).session(PURPOSE, print),
    ):
        pass


@pytest.mark.parametrize("content", [b"\xff", None])
def test_a_token_that_cannot_be_read_is_one_sentence(
    servers: Production, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "token"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    settings = replace(servers.snowflake.settings(), token_path=file, password=None)
    with (
        pytest.raises(WarehouseError, match=r"SNOWFLAKE_TOKEN_PATH names .*token, which cannot"),
        SnowflakeWarehouse(settings, network_seconds=1).session(PURPOSE, print),
    ):
        pass


ZONE = "s3://sales/in/here"


@pytest.mark.parametrize(
    ("zone", "told", "name"),
    [
        (ZONE, "s3://sales/in/here/dt=2026-01-05/a.jsonl", "dt=2026-01-05/a.jsonl"),
        (ZONE, "s3gov://sales/in/here/dt=2026-01-05/a.jsonl", "dt=2026-01-05/a.jsonl"),
        (ZONE, "in/here/dt=2026-01-05/a.jsonl", "dt=2026-01-05/a.jsonl"),
        (ZONE, "dt=2026-01-05/a.jsonl", "dt=2026-01-05/a.jsonl"),
        ("s3://sales", "s3://sales/dt=2026-01-05/a.jsonl", "dt=2026-01-05/a.jsonl"),
    ],
)
def test_a_file_is_known_however_copy_names_it(zone: str, told: str, name: str) -> None:
    assert _name_below(zone, told) == name


def test_a_stage_that_points_elsewhere_loads_nothing(stack: Stack, servers: Production) -> None:
    """What COPY loaded without our knowing would be loaded again and counted by nobody."""
    stack.put("dt=2026-01-05/a.jsonl", jsonl(good(1)))
    place = servers.new_place()
    key = f"{place.prefix}/dt=2026-01-05/a.jsonl"
    servers.s3.client().put_object(Bucket=place.bucket, Key=key, Body=jsonl(good(2)))
    (_, database) = stack.warehouse.url.rsplit("/", 1)
    servers.snowflake.stages[database] = f"{place}/"
    with stack.warehouse.session(PURPOSE, print) as session:
        assert isinstance(session, SnowflakeSession)
        with pytest.raises(WarehouseError, match="none of the files asked for"):
            load(stack, session)
        assert session.read_table("raw.raw_sales") == []


def test_what_snowflake_says_is_kept_whole_on_one_line() -> None:
    error = errors.ProgrammingError("SQL compilation error:\nTable 'X' does not exist.", errno=2003)
    assert said(error).endswith("SQL compilation error: Table 'X' does not exist")


@pytest.mark.parametrize("by", ["a run", "the set-up"])
def test_a_login_asks_no_cloud_who_this_is(
    servers: Production, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """The connector would send AWS a request signed with the credentials for S3."""
    from snowflake.connector import platform_detection

    asked: list[str] = []
    for name in ("is_ec2_instance", "has_aws_identity", "is_azure_vm", "is_gce_vm"):
        monkeypatch.setattr(platform_detection, name, lambda *_, name=name: asked.append(name))
    platform_detection.detect_platforms.cache_clear()
    settings = servers.snowflake.settings()
    if by == "a run":
        with SnowflakeWarehouse(settings, network_seconds=1).session(PURPOSE, print):
            pass
    else:
        connect(settings).close()
    assert asked == []
