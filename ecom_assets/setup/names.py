"""The names and texts that the Snowflake set-up fills into its statements.

sqlglot does not parse what an account's statements say, so they are filled in as text; here each is
checked to be no more than one name, or quoted.
"""

import re

from ecom_assets.settings import S3Url, Settings, SettingsError, SnowflakeSettings
from ecom_assets.warehouse.snowflake import SESSION_PARAMETERS, STATEMENT_SECONDS


def names_of(settings: Settings) -> dict[str, str]:
    """What each `:name` of `sql/setup/` stands for.

    Raises:
        SettingsError: a setting that the set-up needs is missing or is no plain name.
    """
    snowflake, landing = needed(settings)
    role = str(snowflake.aws_role_arn)
    matched = re.fullmatch(r"arn:(aws[a-z-]*):iam::[0-9]{12}:role/[\w+=,.@/-]+", role)
    if matched is None:
        raise SettingsError(
            f"SNOWFLAKE_AWS_ROLE_ARN holds {role!r}, but it must be a role's ARN, such as "
            "arn:aws:iam::123456789012:role/ecom-snowflake."
        )
    database = _plain("SNOWFLAKE_DATABASE", snowflake.database)
    owner, reader = f"{database}_OWNER", f"{database}_READER"
    loader = _plain("SNOWFLAKE_ROLE", snowflake.role)
    if loader in (owner, reader, *_SYSTEM_ROLES):
        raise SettingsError(
            f"SNOWFLAKE_ROLE holds {snowflake.role!r}, but it must be a role of its own, which "
            f"loads and transforms and owns nothing, such as {database}_LOADER."
        )
    protocol, provider = _PROVIDERS.get(matched[1], _PROVIDERS["aws"])
    quota = snowflake.credit_quota
    monitor = {"resource_monitor": f"{database}_MONTHLY", "credit_quota": str(quota)}
    return {
        **(monitor if quota else {}),
        "session_parameters": ";\n".join(
            f"alter session set {name} = {_parameter(value)}"
            for name, value in SESSION_PARAMETERS.items()
        ),
        "statement_seconds": str(STATEMENT_SECONDS),
        "owner_role": owner,
        "loader_role": loader,
        "reader_role": reader,
        "user": _user(snowflake.user),
        "database": database,
        "warehouse": _plain("SNOWFLAKE_WAREHOUSE", snowflake.warehouse),
        "storage_integration": _plain(
            "SNOWFLAKE_STORAGE_INTEGRATION", str(snowflake.storage_integration)
        ),
        "storage_provider": _text(provider),
        "aws_role_arn": _text(role),
        "landing_url": _text(str(landing).replace("s3", protocol, 1) + "/"),
    }


_PROVIDERS = {
    "aws": ("s3", "S3"),
    "aws-cn": ("s3china", "S3CHINA"),
    "aws-us-gov": ("s3gov", "S3GOV"),
}
"""What Snowflake calls S3 in each partition of AWS: in a URL, and as a storage provider."""

_SYSTEM_ROLES = (
    *("ACCOUNTADMIN", "GLOBALORGADMIN", "ORGADMIN", "PUBLIC", "SECURITYADMIN", "SYSADMIN"),
    "USERADMIN",
)


def needed(settings: Settings) -> tuple[SnowflakeSettings, S3Url]:
    """The settings that the set-up cannot do without.

    Raises:
        SettingsError: one of them is missing.
    """
    snowflake, landing = settings.snowflake, settings.landing
    if snowflake is None or not isinstance(landing, S3Url):
        raise SettingsError(
            f"ECOM_WAREHOUSE holds {settings.engine!r}, but the set-up is for Snowflake: set "
            "ECOM_WAREHOUSE=snowflake, ECOM_LANDING=s3://bucket/prefix and the SNOWFLAKE_ settings."
        )
    for name, value, what in (
        ("STORAGE_INTEGRATION", snowflake.storage_integration, "the name it is to have"),
        ("AWS_ROLE_ARN", snowflake.aws_role_arn, "the AWS role that Snowflake is to read S3 as"),
    ):
        if not value:
            raise SettingsError(
                f"SNOWFLAKE_{name} is not set, but the set-up needs it: set it to {what}."
            )
    return snowflake, landing


def _plain(setting: str, name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,200}", name):
        raise SettingsError(
            f"{setting} holds {name!r}, but it must be a plain name of letters, digits and _."
        )
    return name.upper()


def _user(name: str) -> str:
    if '"' in name or not name.isprintable():
        raise SettingsError(f"SNOWFLAKE_USER holds {name!r}, but it must be a user's name.")
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else f'"{name}"'


def _parameter(value: str | bool | int) -> str:
    return _text(value) if isinstance(value, str) else str(value).lower()


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
