"""The environment, read once, into plain typed values; one sentence per mistake.

A setting is declared once: a field with its default and meaning, of a type that says which texts it
takes. Its variable is `ECOM_` or `SNOWFLAKE_` with the field's name, pydantic reads the text, and
`make docs` puts it into the README, with what follows "; by default" in a column of its own. A
`.env` file in the project root is read as well; the environment itself wins. Nothing else in the
package looks at the environment, but for Dagster's own DAGSTER_HOME.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, time
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, get_type_hints

from pydantic import TypeAdapter, ValidationError

from ecom_assets import setting_types as types
from ecom_assets.model.limits import EmptyDays, Limits, VanishedFiles
from ecom_assets.model.reading import Reading
from ecom_assets.text.redaction import redacted_odd_url, register_secrets, secrets_of

PROJECT_ROOT = types.PROJECT_ROOT
S3Url = types.S3Url
SettingsError = types.SettingsError
Source = Literal["synthetic", "external"]
DEFAULT_START = date(2026, 1, 1)
DEMO_FILE = "demo.env"
"""The file beside the landing folder that says with which day generated sales begin."""
Engine = Literal["duckdb", "snowflake"]
LogFormat = Literal["colored", "json"]
NO_SETTINGS = (
    *("ECOM_IMAGE_TAG", "ECOM_UI_PORT", "ECOM_MEMORY"),  # of deploy/compose.yaml
    *("ECOM_UPDATE_GOLDEN", "ECOM_WITHOUT_POSTGRES", "ECOM_LIVE_CONNECTION"),  # of the tests
)
"""Names that begin as settings do, and mean something to others."""


@dataclass(frozen=True)
class SnowflakeSettings:
    """The Snowflake connection. Secrets are left out of its text."""

    account: Annotated[str, "the account identifier, organisation-account"]
    user: Annotated[str, "the user to log in as"]
    role: Annotated[str, "the role that loads and transforms"]
    warehouse: Annotated[str, "the warehouse to compute on"]
    database: Annotated[str, "the database of RAW, STAGING and ANALYTICS"]
    private_key_path: types.KeyFile = None
    """the user's private key (PKCS#8, PEM), the documented way to log in"""
    private_key_passphrase: str | None = field(default=None, repr=False)
    """what the key is encrypted with, if it is; a secret"""
    password: str | None = field(default=None, repr=False)
    """in place of a key: a programmatic access token, for logins by a password alone end in 2026; a
    secret"""
    token_path: types.KeyFile = None
    """in place of a key: a file with an OAuth token, read at each login"""
    workload_identity: Annotated[
        Literal["AWS", "AZURE", "GCP", "OIDC"] | None, "AWS, AZURE, GCP or OIDC", types.in_capitals
    ] = None
    """in place of a key: whose word Snowflake takes for who this is, `AWS`, `AZURE`, `GCP` or
    `OIDC` (which takes its token from `SNOWFLAKE_TOKEN_PATH`)"""
    host: types.Host = None
    """a private link or a test server; by default from the account"""
    port: types.Port = None
    """the port of that host; by default that of the protocol"""
    protocol: Annotated[Literal["https", "http"] | None, "https or http", types.in_any_case] = None
    """the protocol of that host, `https` or `http`; by default `https`"""
    storage_integration: str | None = None
    """for the set-up alone: what lets Snowflake read the bucket"""
    aws_role_arn: str | None = None
    """for the set-up alone: the AWS role that Snowflake reads the bucket as"""
    credit_quota: types.Credits = None
    """for the set-up alone: how many credits the warehouse may use in a month, told at 80 %; by
    default as many as it takes"""


@dataclass(frozen=True)
class Settings:
    """All settings, checked. Secrets are left out of its text."""

    landing: types.Place = PROJECT_ROOT / "data/landing"
    """the landing zone, a folder or `s3://bucket/prefix`"""
    source: Annotated[Source, "synthetic or external", types.in_any_case] = field(kw_only=True)
    """`synthetic`: a day without files gets a generated batch; `external`: files come from
    elsewhere and are never written; by default `synthetic` for a folder, `external` for S3"""
    mapping: types.Mappings = ()
    """how lines are read: a mapping that is shipped, a TOML file, or pairs `pattern=mapping`
    separated by blanks; by default `sale_line`, each field by its own name"""
    snowflake: Annotated[SnowflakeSettings | None, "duckdb or snowflake"] = None
    """the warehouse, `duckdb` or `snowflake` (which needs S3)"""
    duckdb_path: types.File = PROJECT_ROOT / "data/warehouse.duckdb"
    """the DuckDB file"""
    duckdb_memory_limit: types.Memory = None
    """how much memory DuckDB may take, such as `4GB`; what does not fit goes to the disk; by
    default four fifths of the machine's"""
    start_date: types.Day = DEFAULT_START
    """the first partition; by default `2026-01-01`, or the first day that `make demo` generated"""
    time_zone: types.TimeZone = "UTC"
    """the shop's time zone, such as America/New_York, of which an event date is a day; chosen while
    the warehouse is empty, and kept"""
    daily_at: types.TimeOfDay = time(1)
    """when the schedule `daily` fires, in the shop's time zone"""
    vanished_files: Annotated[VanishedFiles, "keep or drop", types.in_any_case] = "keep"
    """whether the rows of files that are no longer in the landing zone count: `keep`, or `drop`
    from the day's next load on"""
    empty_days: Annotated[EmptyDays, "publish or hold", types.in_any_case] = "publish"
    """what becomes of a day without any file: `publish` it as a day of no sales, with a warning, or
    `hold` it until one comes (a day with a file of no lines is empty, and published)"""
    complete_by: types.OptionalTimeOfDay = None
    """when a day's files are there on the next day, in the shop's time zone, such as 06:00: a day
    without any is late from then on; by default none is"""
    late_days: types.LateDays = 0
    """how many days after its event date an event may still arrive in a later day's files"""
    reject_rate_warn: types.Share = Decimal("0.10")
    """a day's reject rate above which its check warns"""
    reject_rate_error: types.Share = Decimal("0.30")
    """a day's reject rate above which the day is held"""
    restated_after_days: types.Days = 7
    """how many days old a day is from when on a check warns of figures that change"""
    restated_limit: types.Share = Decimal("0.01")
    """the share of a day's revenue in a currency by which an older figure may change unwarned"""
    hide_values: Annotated[bool, "true or false"] = False
    """leave payload values out of previews, check samples and alerts, for personal data"""
    reports_place: types.OtherPlace = None
    """where `sales_report.html` is written, a folder or `s3://bucket/prefix`; by default `reports`
    beside the landing folder, or below the prefix in S3"""
    repository: types.Repository = None
    """the repository's web address (GitHub or GitLab), for links from assets to code; without it
    they lead to local files"""
    alert_urls: types.AlertUrls = field(default=(), repr=False)
    """where alerts go: [Apprise](https://appriseit.com/services/) URLs, separated by blanks;
    secrets"""
    alert_warn_urls: types.AlertUrls = field(default=(), repr=False)
    """where warnings go instead; secrets; by default as alerts"""
    ping_url: types.PingUrl = field(default=None, repr=False)
    """an address that is asked for after each digest of the schedule, of a service that tells when
    that stays away, such as healthchecks.io; a secret"""
    ui_url: types.WebAddress = "http://127.0.0.1:3000"
    """where people reach the UI, for links in alerts"""
    log_format: Annotated[LogFormat, "colored or json", types.in_any_case] = "colored"
    """how runs, `make dev` and the containers log: `colored` text, or `json`, one object a line"""

    @property
    def reports(self) -> Path | S3Url:
        """Where the report is written: `reports` beside a landing folder, below a prefix in S3."""
        if self.reports_place is not None:
            return self.reports_place
        if isinstance(self.landing, S3Url):
            return S3Url(self.landing.bucket, f"{self.landing.prefix}/reports".lstrip("/"))
        return self.landing.parent / "reports"

    @property
    def limits(self) -> Limits:
        """What of the settings decides what becomes of the data."""
        return Limits(
            first_partition=self.start_date,
            late_days=self.late_days,
            reject_rate_warn=self.reject_rate_warn,
            reject_rate_error=self.reject_rate_error,
            hide_values=self.hide_values,
            empty_days=self.empty_days,
            reading=self.reading,
            restated_after_days=self.restated_after_days,
            restated_limit=self.restated_limit,
        )

    @property
    def reading(self) -> Reading:
        """How the landing zone's lines become events."""
        return Reading(time_zone=self.time_zone, mappings=self.mapping)

    @property
    def engine(self) -> Engine:
        """The warehouse's kind."""
        return "snowflake" if self.snowflake else "duckdb"


def variables(declared: type[Settings] | type[SnowflakeSettings]) -> Mapping[str, str]:
    """The environment's names of the settings, by their fields'."""
    prefix = "ECOM_" if declared is Settings else "SNOWFLAKE_"
    others = {
        "snowflake": "ECOM_WAREHOUSE",
        "reports_place": "ECOM_REPORTS",
        "time_zone": "ECOM_TIMEZONE",
    }
    return {f.name: others.get(f.name, prefix + f.name.upper()) for f in fields(declared)}


def read_settings(
    environ: Mapping[str, str] | None = None, dotenv: Path = PROJECT_ROOT / ".env"
) -> Settings:
    """The settings of this process.

    Args:
        environ: names and values; by default the process environment over the file `dotenv`.
        dotenv: a file of lines `NAME=value`; there may be none.

    Raises:
        SettingsError: a value cannot be used.
    """
    of_process = environ is None
    if environ is None:
        environ = {**_in_file(dotenv), **os.environ}
    register_secrets(secrets_of(environ))
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    _see_names(given)
    texts, of_snowflake = (
        {field: given[name] for field, name in variables(declared).items() if name in given}
        for declared in (Settings, SnowflakeSettings)
    )
    engine = texts.pop("snowflake", "duckdb").lower()
    chosen = {"duckdb": None, "snowflake": of_snowflake}.get(engine, engine)
    landing = texts.get("landing", "data/landing")
    texts.setdefault("source", "external" if "://" in landing else "synthetic")
    if engine == "snowflake" and "://" not in landing:
        raise SettingsError(
            f"ECOM_WAREHOUSE holds 'snowflake' and ECOM_LANDING {landing!r}, but Snowflake cannot "
            "read a local folder: set ECOM_LANDING to s3://bucket/prefix."
        )
    wrong = None
    try:
        settings = TypeAdapter(Settings).validate_python({**texts, "snowflake": chosen})
    except ValidationError as error:
        wrong = _sentence(error, given)
    if wrong:  # raised here, for pydantic's error shows values
        raise wrong
    _check_together(settings)
    if of_process and "start_date" not in texts and settings.source == "synthetic":
        return replace(settings, start_date=_kept_first_day(settings))
    return settings


def keep_first_day(landing: Path, day: date) -> None:
    """Let generated sales in a landing folder begin with a day from now on, for all processes, and
    for good: days that have partitions keep them. ECOM_START_DATE goes before it."""
    landing.parent.mkdir(parents=True, exist_ok=True)
    (landing.parent / DEMO_FILE).write_text(
        "# Written by make demo: the first event date, where ECOM_START_DATE is not set and "
        f"ECOM_SOURCE is synthetic.\nECOM_START_DATE={day}\n"
    )


def _kept_first_day(settings: Settings) -> date:
    if isinstance(settings.landing, S3Url):
        return settings.start_date
    from dotenv import dotenv_values

    file = settings.landing.parent / DEMO_FILE
    kept = dotenv_values(file).get("ECOM_START_DATE")
    try:
        return date.fromisoformat(kept) if kept else settings.start_date
    except ValueError:
        raise SettingsError(
            f"{file} holds ECOM_START_DATE={kept!r}, but it must be a date such as 2026-01-01: "
            "correct it, or delete the file."
        ) from None


def read_settings_or_exit() -> Settings:
    """The settings of this process, for a command; a mistake ends it with its one sentence."""
    try:
        settings = read_settings()
    except SettingsError as error:
        sys.exit(f"ecom_assets: {error}")
    if places := places_outside_checkout(settings):
        print(f"ecom_assets: {places}", file=sys.stderr)
    return settings


def places_outside_checkout(settings: Settings) -> str | None:
    """Where data goes, in a sentence; None in a checkout, whose folders people have before them."""
    if Path(__file__).resolve().parent.parent == PROJECT_ROOT:
        return None
    of = "DAGSTER_HOME" if os.environ.get("DAGSTER_HOME") else "the working folder"
    warehouse = "in Snowflake" if settings.snowflake else settings.duckdb_path
    return (
        f"Installed without a checkout, so relative paths and .env belong to {of}, {PROJECT_ROOT}: "
        f"files {settings.landing}, warehouse {warehouse}, report {settings.reports}."
    )


def _in_file(dotenv: Path) -> Mapping[str, str]:
    """The lines of a `.env` file, by their names; a file that is not there has none.

    Raises:
        SettingsError: it is no UTF-8, or has a line that is no setting.
    """
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    if not dotenv.exists():
        return {}
    try:
        with dotenv.open(encoding="utf-8-sig") as lines:
            parsed = [*parse_stream(lines)]
    except (OSError, UnicodeDecodeError) as error:
        why = (
            "is no UTF-8" if isinstance(error, ValueError) else f"cannot be read ({error.strerror})"
        )
        raise SettingsError(f"{dotenv} {why}: save it anew, as UTF-8 text.") from None
    for found in parsed:
        if found.error or (found.key is not None and found.value is None):
            text = found.original.string  # with the empty lines before it
            empty = text[: len(text) - len(text.lstrip())].count("\n")
            raise SettingsError(
                f"{dotenv}, line {found.original.line + empty}, is no NAME=value: mend it, or put "
                "a # before it."
            )
    # read once more, for this puts values of other names in
    return {n: v or "" for n, v in dotenv_values(dotenv, encoding="utf-8-sig").items()}


def _see_names(given: Mapping[str, str]) -> None:
    """Raises:
    SettingsError: a name looks like a setting, and is none.
    """
    known = {*variables(Settings).values(), *NO_SETTINGS}
    for name in sorted(given):
        if name.startswith("ECOM_") and not name.startswith("ECOM_TEST_") and name not in known:
            near = get_close_matches(name, variables(Settings).values(), n=1, cutoff=0)
            raise SettingsError(
                f"{name} is set, but there is no such setting: take it out of the environment and "
                f"of .env, or name one that there is, such as {near[0]}."
            )


def _sentence(error: ValidationError, given: Mapping[str, str]) -> SettingsError:
    """The first mistake that pydantic found, in our words."""
    first = error.errors()[0]
    of_ours = first.get("ctx", {}).get("error")
    if isinstance(of_ours, SettingsError):
        return of_ours
    declared = Settings if len(first["loc"]) == 1 else SnowflakeSettings
    wrong = str(first["loc"][-1])
    must_be = get_type_hints(declared, include_extras=True)[wrong].__metadata__[0]
    name = variables(declared)[wrong]
    if first["type"] == "missing":
        return SettingsError(
            f"{name} is not set, but ECOM_WAREHOUSE=snowflake needs it: set it to {must_be}."
        )
    shown = redacted_odd_url(given[name])
    return SettingsError(f"{name} holds {shown!r}, but it must be {must_be}.")


def _check_together(settings: Settings) -> None:
    snowflake = settings.snowflake
    if snowflake and not any(
        (
            snowflake.private_key_path,
            snowflake.password,
            snowflake.token_path,
            snowflake.workload_identity,
        )
    ):
        raise SettingsError(
            "SNOWFLAKE_PRIVATE_KEY_PATH is not set, but ECOM_WAREHOUSE=snowflake needs it: set it "
            "to the path of the user's private key (or set SNOWFLAKE_PASSWORD to an access token, "
            "SNOWFLAKE_TOKEN_PATH or SNOWFLAKE_WORKLOAD_IDENTITY)."
        )
    if snowflake and snowflake.workload_identity == "OIDC" and snowflake.token_path is None:
        raise SettingsError(
            "SNOWFLAKE_TOKEN_PATH is not set, but SNOWFLAKE_WORKLOAD_IDENTITY=OIDC needs it: set "
            "it to the path of the file that holds the token."
        )
    warn, error = settings.reject_rate_warn, settings.reject_rate_error
    if warn > error:
        raise SettingsError(
            f"ECOM_REJECT_RATE_WARN holds {warn}, which is above ECOM_REJECT_RATE_ERROR ({error}): "
            "the rate that warns must not be above the rate that holds the day."
        )
    if settings.alert_warn_urls and not settings.alert_urls:
        raise SettingsError(
            "ECOM_ALERT_WARN_URLS is set, but ECOM_ALERT_URLS is not: errors would go nowhere. Set "
            "ECOM_ALERT_URLS to where errors should go."
        )


if __name__ == "__main__":
    read_settings_or_exit()
