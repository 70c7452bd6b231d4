"""The landing zones and warehouses of the contract's tests, real or emulated, over HTTP."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from unittest import mock

from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.s3 import S3Zone
from ecom_assets.landing.zone import LandingZone
from ecom_assets.model import sales
from ecom_assets.model.reading import Reading
from ecom_assets.settings import S3Url, SnowflakeSettings, read_settings
from ecom_assets.setup.snowflake import apply, connect
from ecom_assets.warehouse.contract import Warehouse
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.snowflake import SnowflakeWarehouse
from ecom_assets_tests.support.s3_servers import S3Server, moto_server
from ecom_assets_tests.support.snowflake_double import SnowflakeDouble, snowflake_double

FOLDER_DUCKDB = "folder and DuckDB"
S3_DUCKDB = "S3 and DuckDB"
S3_SNOWFLAKE = "S3 and Snowflake"
STACKS = (FOLDER_DUCKDB, S3_DUCKDB, S3_SNOWFLAKE)


class Clients(Protocol):
    """What makes clients of an S3."""

    def client(self) -> Any: ...


class Servers(Protocol):
    """An S3 and a Snowflake, emulated or real; this process's AWS settings point to the former."""

    @property
    def s3(self) -> Clients: ...

    @property
    def network_seconds(self) -> int: ...

    def new_place(self) -> S3Url: ...

    def new_database(self, stage: S3Url) -> SnowflakeSettings: ...


@dataclass(frozen=True)
class Production:
    """An S3 and a Snowflake, emulated.

    Attributes:
        network_seconds: how long a request is tried again; the double fails at once or never.
    """

    s3: S3Server
    snowflake: SnowflakeDouble
    network_seconds: int = 1
    _lent: dict[str, SnowflakeSettings] = field(default_factory=dict)

    def new_place(self) -> S3Url:
        """A place in the bucket that nobody else uses."""
        return S3Url(self.s3.bucket, f"landing/{uuid.uuid4().hex[:8]}")

    def new_database(self, stage: S3Url) -> SnowflakeSettings:
        """A database as the set-up makes it, whose stage is that place."""
        snowflake = self.snowflake.settings()
        settings = replace(read_settings({}), landing=stage, snowflake=snowflake)
        with connect(snowflake) as connection:
            apply(connection, settings)
        return snowflake

    def emptied_database(self, stage: S3Url) -> SnowflakeSettings:
        """A database as the set-up makes it, whose stage is that place; the same one at each call
        for the same stream, emptied, for a set-up takes longer than most tests."""
        stream = sales.SALES.version
        if stream not in self._lent:
            self._lent[stream] = self.new_database(stage)
        snowflake = self._lent[stream]
        self.snowflake.empty(snowflake.database, stage=f"{stage}/")
        return snowflake


@contextmanager
def as_owner(snowflake: SnowflakeSettings) -> Iterator[Any]:
    """A cursor of an administrator who works as the role that owns the database."""
    with connect(snowflake) as connection, connection.cursor() as cursor:
        for statement in (
            f"use role {snowflake.database}_OWNER",
            f"use database {snowflake.database}",
            f"use warehouse {snowflake.warehouse}",
        ):
            cursor.execute(statement)
        yield cursor


def environment(landing: S3Url, snowflake: SnowflakeSettings) -> dict[str, str]:
    """The variables that say so."""
    said = {
        "ECOM_LANDING": landing,
        "ECOM_WAREHOUSE": "snowflake",
        **{f"SNOWFLAKE_{name.upper()}": value for name, value in vars(snowflake).items()},
    }
    return {name: str(value) for name, value in said.items() if value is not None}


@contextmanager
def production() -> Iterator[Production]:
    """Start both servers."""
    with (
        moto_server() as s3,
        mock.patch.dict(os.environ, s3.environment()),
        snowflake_double(s3.client()) as snowflake,
    ):
        yield Production(s3, snowflake)


@dataclass(frozen=True)
class Stack:
    """An empty landing zone and an empty warehouse.

    Attributes:
        put: puts a file into the landing zone, by its name below it.
        delete: takes one out of it.
        read_by: the same warehouse, with lines read in another way.
    """

    zone: LandingZone
    warehouse: Warehouse
    put: Callable[[str, bytes], None]
    delete: Callable[[str], None]
    read_by: Callable[[Reading], Warehouse]


def folder_stack(root: Path, reading: Reading | None = None) -> Stack:
    """A folder and a DuckDB file, below `root`, whose lines are read so."""
    folder = root / "landing"

    def put_file(file: str, content: bytes) -> None:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def delete_file(file: str) -> None:
        (folder / file).unlink()

    def warehouse(reading: Reading | None) -> Warehouse:
        return DuckDBWarehouse(root / "w.duckdb", reading=reading)

    return Stack(FolderZone(folder), warehouse(reading), put_file, delete_file, warehouse)


def new_stack(name: str, root: Path, servers: Servers) -> Stack:
    """One of `STACKS`, with what is local below `root`."""
    return _stack(name, root, servers, servers.new_database)


def emptied_stack(
    name: str, root: Path, servers: Production, reading: Reading | None = None
) -> Stack:
    """The same in less time, for a test that is done with it before the next one asks."""
    return _stack(name, root, servers, servers.emptied_database, reading)


def _stack(
    name: str,
    root: Path,
    servers: Servers,
    database: Callable[[S3Url], SnowflakeSettings],
    reading: Reading | None = None,
) -> Stack:
    if name == FOLDER_DUCKDB:
        return folder_stack(root, reading)
    place = servers.new_place()
    client = servers.s3.client()

    def put_object(file: str, content: bytes) -> None:
        client.put_object(Bucket=place.bucket, Key=f"{place.prefix}/{file}", Body=content)

    def delete_object(file: str) -> None:
        client.delete_object(Bucket=place.bucket, Key=f"{place.prefix}/{file}")

    zone = S3Zone(place.bucket, place.prefix)
    settings = None if name == S3_DUCKDB else database(place)

    def warehouse(reading: Reading | None) -> Warehouse:
        if settings is None:
            return DuckDBWarehouse(root / "w.duckdb", reading=reading)
        seconds = servers.network_seconds
        return SnowflakeWarehouse(settings, network_seconds=seconds, reading=reading)

    return Stack(zone, warehouse(reading), put_object, delete_object, warehouse)
