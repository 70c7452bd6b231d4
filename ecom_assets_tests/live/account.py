"""A real Snowflake account and a real bucket, as the project's own settings name them.

Each test has a database of its own, made by the set-up that ships, and a place of its own below
the landing zone. Both are gone at the end. The storage integration is the one that is there: a new
one would have an external id that the AWS role does not know.
"""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from ecom_assets.settings import S3Url, Settings, SnowflakeSettings
from ecom_assets.setup.snowflake import apply, connect
from ecom_assets.warehouse.expressions import literal
from ecom_assets.warehouse.snowflake import NETWORK_SECONDS


class Account:
    """What the tests use of `Production`, in a real account.

    Attributes:
        s3: what makes a client of S3.
        network_seconds: how long a statement may go without an answer.
    """

    network_seconds = NETWORK_SECONDS

    def __init__(self, settings: Settings, administrator: str | None, made: ExitStack) -> None:
        assert isinstance(settings.landing, S3Url)
        assert settings.snowflake is not None
        self.s3 = self
        self._settings = settings
        self._landing = settings.landing
        self._snowflake = settings.snowflake
        self._administrator = administrator
        self._made = made

    def client(self) -> Any:
        """A client with the AWS SDK's own settings."""
        import boto3

        return boto3.client("s3")

    def new_place(self) -> S3Url:
        """A place below the landing zone that nobody else uses."""
        prefix = f"{self._landing.prefix}/live-{uuid.uuid4().hex[:8]}".lstrip("/")
        place = S3Url(self._landing.bucket, prefix)
        self._made.callback(self._empty, place)
        return place

    def new_database(self, stage: S3Url) -> SnowflakeSettings:
        """A database as the set-up makes it, whose stage is that place."""
        name = f"{self._snowflake.database}_LIVE_{uuid.uuid4().hex[:8]}".upper()
        self._made.callback(self._drop, name)
        snowflake = replace(self._snowflake, database=name)
        with connect(self._snowflake, self._administrator) as connection:
            apply(connection, replace(self._settings, snowflake=snowflake))
            cursor = connection.cursor()
            cursor.execute(f"use role {name}_OWNER")
            url = literal(f"{stage}/").sql(dialect="snowflake")
            integration = self._snowflake.storage_integration
            cursor.execute(
                f"alter stage raw.sales_landing set url = {url} storage_integration = {integration}"
            )
        return snowflake

    def _drop(self, database: str) -> None:
        with connect(self._snowflake, self._administrator) as connection:
            cursor = connection.cursor()
            for statement in (
                "use role sysadmin",
                f"drop database if exists {database}",
                "use role useradmin",
                f"drop role if exists {database}_OWNER",
                f"drop role if exists {database}_READER",
            ):
                cursor.execute(statement)

    def _empty(self, place: S3Url) -> None:
        client = self.client()
        listed = client.get_paginator("list_objects_v2").paginate(
            Bucket=place.bucket, Prefix=f"{place.prefix}/"
        )
        for stored in (stored for page in listed for stored in page.get("Contents", ())):
            client.delete_object(Bucket=place.bucket, Key=stored["Key"])


@contextmanager
def account(settings: Settings, administrator: str | None) -> Iterator[Account]:
    """The account; what was made in it is removed at the end.

    Args:
        settings: the settings of the pipeline, complete for its set-up.
        administrator: the name of a connection, for the set-up; else it is the pipeline's user.
    """
    with ExitStack() as made:
        yield Account(settings, administrator, made)
