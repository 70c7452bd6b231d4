"""The grants of the set-up, interpreted: each statement's role may run it, and needs its grants.

All tests on the emulated account are held to the grants as well (`support/snowflake_grants.py`).
"""

import copy
import re
from collections.abc import Iterator

import pytest
import sqlglot
from snowflake.connector import errors

from ecom_assets.model.tables import tables
from ecom_assets.settings import read_settings
from ecom_assets.setup.snowflake import setup_script, statements
from ecom_assets.warehouse.scripts import SQL_FOLDER
from ecom_assets_tests.setup.test_snowflake import ENVIRONMENT
from ecom_assets_tests.support.snowflake_grants import Grants, Session

LOADER = Session("ECOM_LOADER", "ECOM_WH", "ECOM")
READER = Session("ECOM_READER", "ECOM_WH", "ECOM")
SCRIPT = statements(setup_script(read_settings({**ENVIRONMENT, "SNOWFLAKE_CREDIT_QUOTA": "50"})))


def set_up(script: list[str]) -> Grants:
    """An account in which an administrator, who has no warehouse, has run this."""
    grants, session = Grants(), Session(database="OTHER")
    for statement in script:
        if statement.startswith("use database"):
            session.database = "ECOM"
        grants.execute(session, statement)
    return grants


def of_the_pipeline() -> Iterator[tuple[str, str]]:
    """Each statement in the project's SQL that a run, the doctor or a plan may send; by script."""
    for path in sorted(SQL_FOLDER.rglob("*.sql")):
        name = path.relative_to(SQL_FOLDER).with_suffix("").as_posix()
        if name == "tables" or name.startswith(("setup/", "duckdb/", "answers/", "migrations/")):
            continue
        for statement in sqlglot.parse(path.read_text(encoding="utf-8"), read="snowflake"):
            assert statement is not None
            yield name, statement.sql(dialect="snowflake")
    views = [f"analytics.{path.stem}" for path in (SQL_FOLDER / "answers").glob("*.sql")]
    for name in [*tables(), *views]:
        yield name, f"select * from {name}"
    for kind in ("insert into {} select 1", "update {} set x = 1", "delete from {}"):
        for name in tables():  # as doctor/change_rows does
            yield "doctor/change_rows", kind.format(name)
    yield "turn", "update raw.turns set taken_by = 'x'"
    yield "turn", "update staging.turns set taken_by = 'x'"
    yield "doctor", "list '@raw.sales_landing/dt=2026-01-05/'"


def test_the_set_up_may_do_all_that_it_does_and_the_loader_all_that_the_pipeline_does() -> None:
    grants = set_up([*SCRIPT])
    sent = [*of_the_pipeline()]
    assert len(sent) > 150
    for name, statement in sent:
        try:
            grants.execute(copy.copy(LOADER), statement)
        except errors.ProgrammingError as error:
            pytest.fail(f"{name}: {error.msg}\n{statement[:300]}")


def test_the_set_up_may_run_again() -> None:
    set_up([*SCRIPT, *SCRIPT])


def test_the_reader_reads_analytics_and_nothing_else() -> None:
    grants = set_up([*SCRIPT])
    views = [f"ANALYTICS.{path.stem.upper()}" for path in (SQL_FOLDER / "answers").glob("*.sql")]
    for name in [*tables(), *views]:
        if name.startswith("ANALYTICS."):
            grants.execute(copy.copy(READER), f"select * from {name}")
            with pytest.raises(errors.ProgrammingError, match="lacks delete"):
                grants.execute(copy.copy(READER), f"delete from {name}")
        else:
            with pytest.raises(errors.ProgrammingError, match="lacks usage"):
                grants.execute(copy.copy(READER), f"select * from {name}")


@pytest.mark.parametrize(
    "statement",
    [
        "create table staging.x (a int)",
        "create or replace table analytics.fact_sales (a int)",
        "alter table analytics.fact_sales add column x int",
        "drop table raw.raw_sales",
        "create view analytics.x as select * from raw.raw_sales",
        "alter stage raw.sales_landing set url = 's3://elsewhere/'",
        "grant select on all tables in schema raw to role ECOM_READER",
        "use role sysadmin; alter warehouse ECOM_WH set resource_monitor = ECOM_MONTHLY",
    ],
)
def test_the_loader_may_not(statement: str) -> None:
    grants, session = set_up([*SCRIPT]), copy.copy(LOADER)
    *before, last = statement.split("; ")
    for one in before:
        grants.execute(session, one)
    with pytest.raises(errors.ProgrammingError, match=r"lacks|may not grant"):
        grants.execute(session, last)


GRANTS = [number for number, statement in enumerate(SCRIPT) if statement.startswith("grant")]
FOR_PEOPLE = ("to role sysadmin", "to user ")
"""Grants that no statement of the project needs: who administers the account sees what is here,
and the user of the pipeline may take on its role."""
FOR_LATER = re.compile(r"on (all|future) (tables|views)")
"""What is there now, and what is added later, which the set-up sets up in one go."""


@pytest.mark.parametrize("number", GRANTS, ids=lambda number: SCRIPT[number].split("\n")[0][:80])
def test_no_grant_is_without_need(number: int) -> None:
    """Without it a statement of the set-up, of the pipeline or of a reader is refused."""
    grant = SCRIPT[number]
    if any(person in grant.lower() for person in FOR_PEOPLE):
        return
    left = [
        one
        for at, one in enumerate(SCRIPT)
        # of tables and views one of the two grants is enough, until something is added
        if at != number and not (FOR_LATER.search(grant) and _same(one, grant))
    ]
    with pytest.raises(errors.ProgrammingError):
        grants = set_up(left)
        for _, statement in of_the_pipeline():
            grants.execute(copy.copy(LOADER), statement)
        for name in ("analytics.fact_sales", "analytics.revenue_by_day"):
            grants.execute(copy.copy(READER), f"select * from {name}")


def _same(one: str, other: str) -> bool:
    return FOR_LATER.sub(r"on \2", one) == FOR_LATER.sub(r"on \2", other)


@pytest.mark.parametrize("kind", ["table", "view"])
def test_what_is_made_later_is_granted_as_well(kind: str) -> None:
    grants = set_up([*SCRIPT])
    owner = Session("ECOM_OWNER", "ECOM_WH", "ECOM")
    made = "(a int)" if kind == "table" else "as select * from analytics.fact_sales"
    grants.execute(owner, f"create {kind} analytics.new {made}")
    for session in (LOADER, READER):
        grants.execute(copy.copy(session), "select * from analytics.new")
