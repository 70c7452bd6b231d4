"""What is Snowflake's own: COPY by name, damaged and changing files, tags, plain errors."""

import gzip
import json
import threading
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from snowflake.connector import errors

from ecom_assets.landing.zone import FileChanged, LandedFile
from ecom_assets.settings import SnowflakeSettings
from ecom_assets.setup.snowflake import connect
from ecom_assets.warehouse.contract import Layer, Purpose, WarehouseBusy, WarehouseError
from ecom_assets.warehouse.snowflake import (
    SnowflakeSession,
    SnowflakeWarehouse,
    _name_below,
    query_tag,
    said,
)
from ecom_assets_tests.support.stacks import S3_SNOWFLAKE, Production, Stack, new_stack
from ecom_assets_tests.warehouse.conftest import good, jsonl

DAY = date(2026, 1, 5)
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
