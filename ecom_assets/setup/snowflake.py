"""Makes what the pipeline needs in a Snowflake account, or prints how.

    python -m ecom_assets.setup.snowflake [--apply] [--connection NAME] [--kms-key ARN]

Without `--apply` it prints one SQL script for an administrator's worksheet. Every statement may run
again: tables and their rows stay; stage, file format, integration, views and grants are set anew.
What tables of an earlier version lack, only `--apply` can see: it brings them up.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecom_assets.model.questions import questions
from ecom_assets.model.reading import Reading
from ecom_assets.settings import (
    S3Url,
    Settings,
    SettingsError,
    SnowflakeSettings,
    read_settings_or_exit,
)
from ecom_assets.setup.aws import (
    EXTERNAL_ID,
    USER_ARN,
    pipeline_policy,
    snowflake_policy,
    trust_policy,
)
from ecom_assets.setup.names import names_of, needed
from ecom_assets.text.redaction import cause
from ecom_assets.warehouse import migrations
from ecom_assets.warehouse.contract import Purpose, WarehouseError
from ecom_assets.warehouse.migrations import bring_up, pending, takes_time_zone
from ecom_assets.warehouse.scripts import SQL_FOLDER
from ecom_assets.warehouse.snowflake import (
    LOGIN_SECONDS,
    NETWORK_SECONDS,
    NO_DETECTION,
    SnowflakeSession,
    login_without_key,
    query_tag,
    said,
)
from ecom_assets.warehouse.sql import render

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

BEFORE_TABLES = (
    *("setup/session", "setup/roles", "setup/account", "setup/database", "setup/monitor"),
    "setup/stage",
)
AFTER_TABLES = ("setup/turns", "setup/grants")


class SetupError(Exception):
    """A statement was refused; the text says which, and what Snowflake said."""


def setup_script(settings: Settings) -> str:
    """The whole set-up of a new database as one SQL script, with its comments.

    Raises:
        SettingsError: a setting that the set-up needs is missing or is no plain name.
    """
    return "\n\n".join(_scripts(settings)) + "\n"


def statements(script: str) -> Sequence[str]:
    """The statements of a script of ours: each ends with a semicolon at a line's end."""
    bare = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
    return [part.strip() for part in re.split(r";[ ]*(?:\n|$)", bare) if part.strip()]


def connect(settings: SnowflakeSettings, name: str | None = None) -> "SnowflakeConnection":
    """A connection for `apply`: the one of this name in Snowflake's `connections.toml`, or else of
    the settings' user, with whatever role that has by default."""
    import snowflake.connector

    patience = {"login_timeout": LOGIN_SECONDS, "network_timeout": NETWORK_SECONDS, **NO_DETECTION}
    if name:
        return snowflake.connector.connect(connection_name=name, **patience)
    how: dict[str, Any] = {
        "account": settings.account,
        "user": settings.user,
        "host": settings.host,
        "port": settings.port,
        "protocol": settings.protocol,
        **login_without_key(settings),
        "private_key_file": settings.private_key_path and str(settings.private_key_path),
        "private_key_file_pwd": settings.private_key_passphrase,
    }
    given = {key: value for key, value in how.items() if value is not None}
    return snowflake.connector.connect(**given, **patience)


def apply(connection: "SnowflakeConnection", settings: Settings) -> dict[str, str]:
    """Run the set-up.

    Args:
        connection: of a user who may use the roles ACCOUNTADMIN, SECURITYADMIN, USERADMIN and
            SYSADMIN.
        settings: as for `setup_script`.

    Returns:
        The storage integration's properties, by name.

    Raises:
        SetupError: Snowflake refused a statement; those before it have run, and may run again.
    """
    from snowflake.connector import errors

    before, after = _scripts(settings)
    integration = _run(connection, before)
    try:
        _bring_up(connection, settings.reading)
    except (errors.Error, WarehouseError) as error:
        raise SetupError(
            f"The tables of an earlier version were not brought up: {said(error)}. What was done "
            "stays; put it right and run the set-up again."
        ) from cause(error)
    _run(connection, after)
    return integration


def _run(connection: "SnowflakeConnection", script: str) -> dict[str, str]:
    from snowflake.connector import errors

    integration: dict[str, str] = {}
    with connection.cursor() as cursor:
        for statement in statements(script):
            title = " ".join(statement.partition("\n")[0].split())
            try:
                cursor.execute(statement)
            except errors.Error as error:
                raise SetupError(
                    f"Snowflake refused “{title}”: {said(error)}. What ran before it stays; put it "
                    "right and run the set-up again."
                ) from cause(error)
            print(f"ok  {title}")
            if title.startswith("desc integration"):
                rows: list[Any] = cursor.fetchall()
                integration = {row[0]: row[2] for row in rows}
    return integration


def _bring_up(connection: "SnowflakeConnection", reading: Reading) -> None:
    """Bring up tables that are there, as the role that owns them, which the connection has now."""
    session = SnowflakeSession(connection, query_tag(Purpose("set-up", "none")), reading=reading)
    lacks = pending(session, dropped=True)
    is_to_take_zone = takes_time_zone(session, reading)
    if lacks and not lacks.is_new:
        bring_up(session, lacks)
        print(f"ok  brought up: {lacks}")
    if is_to_take_zone:
        session.run("take_time_zone")


def aws_notes(settings: Settings, integration: dict[str, str], kms_key: str | None = None) -> str:
    """What remains to be done in AWS, with the documents to paste. What is missing of the storage
    integration's properties is left to fill in; `kms_key` is as for the policies."""
    snowflake, landing = needed(settings)
    role = str(snowflake.aws_role_arn)
    partition = role.split(":")[1]
    trust = trust_policy(*(integration.get(key, f"<{key}>") for key in (USER_ARN, EXTERNAL_ID)))
    writes = settings.source == "synthetic"
    reports = settings.reports if isinstance(settings.reports, S3Url) else None
    documents = [
        (f"Trust policy of {role} ({USER_ARN} and {EXTERNAL_ID} as DESC INTEGRATION says)", trust),
        (f"Permissions of {role}", snowflake_policy(landing, partition, kms_key)),
        (
            "Permissions of the credentials that Dagster runs with",
            pipeline_policy(landing, partition, writes=writes, reports=reports, kms_key=kms_key),
        ),
    ]
    return "\n\n".join(f"{title}:\n{json.dumps(text, indent=2)}" for title, text in documents)


def _scripts(settings: Settings) -> tuple[str, str]:
    """What is run before tables of an earlier version are brought up, and after it."""
    names = names_of(settings)
    is_left_out = {"setup/monitor"} if "credit_quota" not in names else set()
    before, after = (
        [_filled(name, names) for name in of if name not in is_left_out]
        for of in (BEFORE_TABLES, AFTER_TABLES)
    )
    tables = [*render("tables", "snowflake", settings.reading, **migrations.values())]
    for name in sorted(question.name for question in questions()):
        tables += render(f"answers/{name}", "snowflake", settings.reading)
    made = "-- The tables and the answers.\n" + "\n\n".join(f"{one};" for one in tables)
    return "\n\n".join(before), "\n\n".join([made, *after])


def _filled(name: str, names: dict[str, str]) -> str:
    """A file with its names filled in. As text, for sqlglot does not parse what an account's
    statements say; so each name has been checked to be no more than one."""
    text = (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return re.sub(r"(?<![\w:]):([a-z_]+)", lambda found: names[found[1]], text).strip()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the set-up, or run it."""
    parser = argparse.ArgumentParser(prog="python -m ecom_assets.setup.snowflake")
    parser.add_argument("--apply", action="store_true", help="run it, instead of printing it")
    parser.add_argument(
        "--connection",
        metavar="NAME",
        help="an administrator's connection, from Snowflake's connections.toml; by default the "
        "user of the SNOWFLAKE_ settings",
    )
    parser.add_argument(
        "--kms-key",
        metavar="ARN",
        help="the key that the bucket's objects are encrypted with (SSE-KMS), which the AWS "
        "policies then allow to use",
    )
    given = parser.parse_args(arguments)
    key = given.kms_key
    if key and not re.fullmatch(r"arn:aws[a-z-]*:kms:[\w-]+:\d{12}:key/.+", key):
        sys.exit(
            f"ecom_assets: --kms-key holds {key!r}, but it must be a key's ARN, such as "
            "arn:aws:kms:eu-west-1:123456789012:key/1234abcd."
        )
    settings = read_settings_or_exit()
    try:
        script = setup_script(settings)
    except SettingsError as error:
        sys.exit(f"ecom_assets: {error}")
    if not given.apply:
        print(f"{script}\n/*\n{aws_notes(settings, {}, key)}\n*/")
        return
    assert settings.snowflake is not None
    from snowflake.connector import errors

    try:
        connection = connect(settings.snowflake, given.connection)
    except WarehouseError as error:
        sys.exit(f"ecom_assets: {error}")
    except (errors.Error, TypeError, ValueError, OSError) as error:
        who = f"the connection {given.connection}" if given.connection else settings.snowflake.user
        sys.exit(f"ecom_assets: Snowflake does not let {who} in: {said(error)}.")
    with connection:
        try:
            integration = apply(connection, settings)
        except SetupError as error:
            sys.exit(f"ecom_assets: {error}")
    print(f"\nDone. In AWS:\n\n{aws_notes(settings, integration, key)}")


if __name__ == "__main__":
    main()
