"""The shop's day: what belongs to it by the shop's own midnight, also where a day has 23 or 25
hours; and a warehouse whose days are of another time zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from ecom_assets.generator import generate_day
from ecom_assets.model.reading import Reading
from ecom_assets.warehouse.contract import Purpose, WarehouseError
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets_tests.pipeline.conftest import Shop, day
from ecom_assets_tests.support.stacks import (
    FOLDER_DUCKDB,
    S3_SNOWFLAKE,
    Stack,
    emptied_stack,
    folder_stack,
)
from ecom_assets_tests.torture.report import some
from ecom_assets_tests.warehouse.conftest import good

SECOND = timedelta(seconds=1)
OUTSIDE = "event_ts outside its event date"
NEW_YORK = Reading("America/New_York")
SYDNEY = Reading("Australia/Sydney")
UTC_DAYS = Reading()


@dataclass(frozen=True)
class ShopsDay:
    """A day on which daylight saving begins or ends; its midnights in UTC, by the calendar."""

    reading: Reading
    day: date
    begins: str
    ends: str

    @property
    def number(self) -> int:
        return (self.day - day(1)).days + 1

    @property
    def edges(self) -> tuple[datetime, datetime]:
        return datetime.fromisoformat(self.begins), datetime.fromisoformat(self.ends)


DAYS = [
    ShopsDay(NEW_YORK, date(2026, 3, 8), "2026-03-08T05:00Z", "2026-03-09T04:00Z"),
    ShopsDay(NEW_YORK, date(2026, 11, 1), "2026-11-01T04:00Z", "2026-11-02T05:00Z"),
    ShopsDay(SYDNEY, date(2026, 4, 5), "2026-04-04T13:00Z", "2026-04-05T14:00Z"),
    ShopsDay(SYDNEY, date(2026, 10, 4), "2026-10-03T14:00Z", "2026-10-04T13:00Z"),
]
NAMES = [f"{one.reading.time_zone} {one.day}" for one in DAYS]
ON_EACH = [*product([FOLDER_DUCKDB], DAYS), *product([S3_SNOWFLAKE], DAYS)]
IN_SHORT = [*product([FOLDER_DUCKDB], DAYS), (S3_SNOWFLAKE, DAYS[1])]


@pytest.fixture(params=[FOLDER_DUCKDB, S3_SNOWFLAKE])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def stack_of(
    engine: str, reading: Reading, tmp_path: Path, request: pytest.FixtureRequest
) -> Stack:
    if engine == FOLDER_DUCKDB:
        return folder_stack(tmp_path, reading)
    return emptied_stack(engine, tmp_path, request.getfixturevalue("servers"), reading)


@contextmanager
def opened(stack: Stack, reading: Reading) -> Iterator[Shop]:
    with stack.warehouse.session(Purpose("test", "test"), _fail) as session:
        shop = Shop(stack, session)
        shop.set(reading=reading)
        yield shop


def _fail(text: str) -> None:
    raise AssertionError(text)


def moments(*of: datetime) -> list[dict[str, object]]:
    return [good(f"{moment:%m-%dT%H:%M:%S}", event_ts=moment.isoformat()) for moment in of]


@pytest.mark.parametrize(
    ("engine", "of"),
    some(*IN_SHORT, of=ON_EACH),
    ids=[f"{engine}-{name}" for engine in (FOLDER_DUCKDB, S3_SNOWFLAKE) for name in NAMES],
    indirect=["engine"],
)
def test_a_day_is_from_the_shop_s_midnight_to_the_next(
    of: ShopsDay, engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    begins, ends = of.edges
    with opened(stack_of(engine, of.reading, tmp_path, request), of.reading) as shop:
        shop.land(of.number, *moments(begins, begins + SECOND, ends - SECOND))
        shop.land(of.number, *moments(begins - SECOND, ends), file="other.jsonl")
        shop.set(reject_rate_error=Decimal(1))
        shop.run(of.number)
        assert shop.rejects() == [(of.number, OUTSIDE), (of.number, OUTSIDE)]
        facts = shop.session.read_table("analytics.fact_sales")
        assert {row["event_ts"].replace(tzinfo=UTC) for row in facts} == {
            *(begins, begins + SECOND, ends - SECOND)
        }, "which stays in UTC"


@pytest.mark.parametrize("of", DAYS, ids=NAMES)
def test_a_late_event_belongs_to_the_shop_s_day_before(of: ShopsDay, tmp_path: Path) -> None:
    begins, ends = of.edges
    with opened(folder_stack(tmp_path, of.reading), of.reading) as shop:
        shop.set(late_days=1)
        shop.land(of.number, *moments(begins - SECOND, begins))
        shop.land(of.number + 1, *moments(ends - SECOND, ends))
        shop.run(of.number - 1, of.number + 1)
        assert shop.rejects() == []
        found = [
            shop.stands(f"{moment:%m-%dT%H:%M:%S}")
            for moment in (begins - SECOND, begins, ends - SECOND, ends)
        ]
        assert found == [[of.number - 1], [of.number], [of.number], [of.number + 1]]


@pytest.mark.parametrize("of", DAYS, ids=NAMES)
def test_generated_days_lose_nothing_at_midnight(of: ShopsDay, tmp_path: Path) -> None:
    with opened(folder_stack(tmp_path, of.reading), of.reading) as shop:
        for number in (of.number - 1, of.number, of.number + 1):
            lines = generate_day(
                day(number),
                seed=1,
                rows=2_000,
                defect_share=0,
                time_zone=of.reading.time_zone,
            )
            shop.put(number, "sales.jsonl", b"".join(lines))
        shop.run(of.number - 1, of.number + 1)
        assert shop.rejects() == []


# ---- a warehouse of another time zone


def test_a_filled_warehouse_keeps_its_time_zone_and_says_what_to_do(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with opened(stack_of(engine, SYDNEY, tmp_path, request), SYDNEY) as shop:
        shop.land(5, *moments(datetime(2026, 1, 5, 1, tzinfo=UTC)))
        shop.load(5)
        assert {row["time_zone"] for row in shop.session.history()} == {"Australia/Sydney"}
        warehouse = shop._stack.warehouse
    for reading in (UTC_DAYS, NEW_YORK):
        warehouse._reading = reading  # type: ignore[attr-defined]
        with pytest.raises(WarehouseError) as error, opened(shop._stack, reading) as other:
            other.good(6)
            other.load(6)
        assert str(error.value) == (
            f"The warehouse holds days of the time zone Australia/Sydney, but ECOM_TIMEZONE says "
            f"{reading.time_zone}: set ECOM_TIMEZONE=Australia/Sydney again, or name a new "
            "warehouse (ECOM_DUCKDB_PATH, or SNOWFLAKE_DATABASE and the set-up) and materialize "
            "all days there."
        )
    warehouse._reading = SYDNEY  # type: ignore[attr-defined]
    with opened(shop._stack, SYDNEY) as again:
        again.run(5)
        assert again.rejects() == []


def test_an_empty_warehouse_takes_another_time_zone(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for reading in (UTC_DAYS, NEW_YORK, SYDNEY):
        with opened(stack_of(engine, reading, tmp_path, request), reading) as shop:
            with shop.session.transaction("raw"):
                pass
            assert {row["time_zone"] for row in shop.session.history()} == {reading.time_zone}


def test_a_warehouse_of_before_there_were_time_zones_is_of_utc(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with opened(folder_stack(tmp_path), UTC_DAYS) as shop:
        shop.good(5)
        shop.run(5)
        shop.session._run(  # type: ignore[attr-defined]
            [
                "alter table raw.schema_version drop column time_zone",
                "update raw.schema_version set declared = 'earlier'",
            ]
        )
    with (
        pytest.raises(WarehouseError, match="holds days of the time zone UTC, but"),
        opened(folder_stack(tmp_path, NEW_YORK), NEW_YORK),
    ):
        pass
    with DuckDBWarehouse(path, brings_up=False).session(Purpose("test", "test"), _fail) as session:
        assert "time_zone" not in session.columns()["RAW.SCHEMA_VERSION"], "nothing was done"
    with DuckDBWarehouse(path).session(Purpose("test", "test"), _fail) as session:
        assert [row["time_zone"] for row in session.history()] == [None, "UTC"]
