"""The environment, read once, into plain typed values; one sentence per mistake.

A `.env` file in the project root is read as well; the environment itself wins. Nothing else in
the package looks at the environment, but for Dagster's own DAGSTER_HOME.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from ecom_assets.model.limits import MOST_LATE_DAYS, Limits, VanishedFiles
from ecom_assets.text.redaction import HIDDEN, redacted, register_secrets

PROJECT_ROOT = Path(__file__).resolve().parent.parent

Source = Literal["synthetic", "external"]
Engine = Literal["duckdb", "snowflake"]


class SettingsError(ValueError):
    """A setting is wrong or missing; the text says which, what it holds and what it should."""


@dataclass(frozen=True)
class S3Url:
    """A place in S3: a bucket, and what the names of all objects there begin with."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


@dataclass(frozen=True)
class SnowflakeSettings:
    """The Snowflake connection. Secrets are left out of its text.

    Attributes:
        account: the account identifier, `organisation-account`.
        private_key_path: the private key (PKCS#8, PEM) of the user; the documented way to log in.
        private_key_passphrase: what the key is encrypted with, if it is.
        password: in place of a key.
        host: a private link or a test server; by default it follows from the account.
        storage_integration: what lets Snowflake read the bucket; used by the set-up alone.
        aws_role_arn: the AWS role that Snowflake reads the bucket as; used by the set-up alone.
    """

    account: str
    user: str
    role: str
    warehouse: str
    database: str
    private_key_path: Path | None = None
    private_key_passphrase: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    host: str | None = None
    port: int | None = None
    protocol: str | None = None
    storage_integration: str | None = None
    aws_role_arn: str | None = None


@dataclass(frozen=True)
class Settings:
    """All settings, checked.

    Attributes:
        landing: the landing zone, an absolute folder or a place in S3.
        source: `synthetic`: a day without files gets a generated batch; `external`: files come
            from elsewhere and are never written.
        duckdb_path: the DuckDB file, absolute.
        duckdb_memory_limit: how much memory DuckDB may take, in DuckDB's words; None: four fifths
            of the machine's.
        start_date: the first partition.
        daily_at: when the schedule `daily` fires.
        vanished_files: `keep`: the rows of files that are no longer there count; `drop`: they do
            not, once their day is loaded again.
        late_days: how many days after its event date an event may still arrive.
        reject_rate_warn: a day's reject rate above which its check warns.
        reject_rate_error: a day's reject rate above which the day is held.
        hide_values: leave payload values out of previews, samples and alerts (personal data).
        snowflake: the connection, where Snowflake is the warehouse.
        repository: the web address of the project's repository, for links from assets to code.
        reports_place: where the report is written, where that is not beside the data.
        alert_urls: where alerts go, as Apprise URLs; secrets.
        alert_warn_urls: where warnings go, if not there; secrets.
        ui_url: where people reach the UI, for links in alerts; without a slash at the end.
    """

    landing: Path | S3Url
    source: Source
    duckdb_path: Path
    start_date: date
    late_days: int
    reject_rate_warn: Decimal
    reject_rate_error: Decimal
    hide_values: bool
    snowflake: SnowflakeSettings | None = None
    duckdb_memory_limit: str | None = None
    reports_place: Path | S3Url | None = None
    repository: str | None = None
    daily_at: time = time(1)
    vanished_files: VanishedFiles = "keep"

    @property
    def reports(self) -> Path | S3Url:
        """Where the report is written: `reports` beside a landing folder, below a prefix in S3."""
        if self.reports_place is not None:
            return self.reports_place
        if isinstance(self.landing, S3Url):
            return S3Url(self.landing.bucket, f"{self.landing.prefix}/reports".lstrip("/"))
        return self.landing.parent / "reports"

    alert_urls: tuple[str, ...] = field(default=(), repr=False)
    alert_warn_urls: tuple[str, ...] = field(default=(), repr=False)
    ui_url: str = "http://127.0.0.1:3000"

    @property
    def limits(self) -> Limits:
        """What of the settings decides what becomes of the data."""
        return Limits(
            first_partition=self.start_date,
            late_days=self.late_days,
            reject_rate_warn=self.reject_rate_warn,
            reject_rate_error=self.reject_rate_error,
            hide_values=self.hide_values,
        )

    @property
    def engine(self) -> Engine:
        """The warehouse's kind."""
        return "snowflake" if self.snowflake else "duckdb"


def read_settings(environ: Mapping[str, str] | None = None, root: Path = PROJECT_ROOT) -> Settings:
    """The settings of this process.

    Args:
        environ: names and values; by default the process environment over `root`'s `.env` file.
        root: what a relative path is relative to.

    Raises:
        SettingsError: a value cannot be used.
    """
    if environ is None:
        environ = {**_dotenv(root / ".env"), **os.environ}
    register_secrets(_secrets(environ))
    read = _Reader({name: value.strip() for name, value in environ.items()}, root)
    landing = read.place("ECOM_LANDING", "data/landing")
    engine = read.choice("ECOM_WAREHOUSE", "duckdb", ("duckdb", "snowflake"))
    if engine == "snowflake" and not isinstance(landing, S3Url):
        raise SettingsError(
            f"ECOM_WAREHOUSE holds 'snowflake' and ECOM_LANDING {str(landing)!r}, but Snowflake "
            "cannot read a local folder: set ECOM_LANDING to s3://bucket/prefix."
        )
    warn = read.rate("ECOM_REJECT_RATE_WARN", "0.10")
    error = read.rate("ECOM_REJECT_RATE_ERROR", "0.30")
    if warn > error:
        raise SettingsError(
            f"ECOM_REJECT_RATE_WARN holds {warn}, which is above ECOM_REJECT_RATE_ERROR ({error}): "
            "the rate that warns must not be above the rate that holds the day."
        )
    alert_urls = read.alert_urls("ECOM_ALERT_URLS")
    alert_warn_urls = read.alert_urls("ECOM_ALERT_WARN_URLS")
    if alert_warn_urls and not alert_urls:
        raise SettingsError(
            "ECOM_ALERT_WARN_URLS is set, but ECOM_ALERT_URLS is not: errors would go nowhere. Set "
            "ECOM_ALERT_URLS to where errors should go."
        )
    return Settings(
        landing=landing,
        source=read.source("external" if isinstance(landing, S3Url) else "synthetic"),
        duckdb_path=read.path("ECOM_DUCKDB_PATH", "data/warehouse.duckdb"),
        duckdb_memory_limit=read.memory("ECOM_DUCKDB_MEMORY_LIMIT"),
        start_date=read.day("ECOM_START_DATE", "2026-01-01"),
        daily_at=read.time_of_day("ECOM_DAILY_AT", "01:00"),
        vanished_files=read.vanished_files("ECOM_VANISHED_FILES", "keep"),
        late_days=read.whole_number("ECOM_LATE_DAYS", "0", most=MOST_LATE_DAYS),
        reject_rate_warn=warn,
        reject_rate_error=error,
        hide_values=read.switch("ECOM_HIDE_VALUES", "false"),
        snowflake=_snowflake(read) if engine == "snowflake" else None,
        repository=read.web_address("ECOM_REPOSITORY"),
        reports_place=read.place("ECOM_REPORTS", "") if read.text("ECOM_REPORTS", "") else None,
        alert_urls=alert_urls,
        alert_warn_urls=alert_warn_urls,
        ui_url=read.ui_address("ECOM_UI_URL", "http://127.0.0.1:3000"),
    )


def read_settings_or_exit() -> Settings:
    """The settings of this process; a mistake ends it with its one sentence."""
    try:
        return read_settings()
    except SettingsError as error:
        sys.exit(f"ecom_assets: {error}")


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(path).items() if value is not None}


_SECRET = re.compile(r"PASSWORD|PASSPHRASE|SECRET|TOKEN")
_PLACE = re.compile(r"_(FILE|PATH|URI|URL)$")


def _secrets(environ: Mapping[str, str]) -> Iterator[str]:
    """What no text may show, of the project's settings and of the SDKs': what is called a secret,
    and who logs in where in a URL, such as a proxy's."""
    for name, value in environ.items():
        if _SECRET.search(name.upper()) and not _PLACE.search(name.upper()):
            yield value.strip()
        for url in value.split():
            yield url.partition("://")[2].rpartition("@")[0]


def _snowflake(read: "_Reader") -> SnowflakeSettings:
    key = read.file("SNOWFLAKE_PRIVATE_KEY_PATH")
    password = read.secret("SNOWFLAKE_PASSWORD")
    if key is None and password is None:
        raise SettingsError(
            "SNOWFLAKE_PRIVATE_KEY_PATH is not set, but ECOM_WAREHOUSE=snowflake needs it: set it "
            "to the path of the user's private key (or set SNOWFLAKE_PASSWORD)."
        )
    port = read.text("SNOWFLAKE_PORT", "")
    if port and not re.fullmatch(r"[0-9]{1,5}", port):
        raise _wrong("SNOWFLAKE_PORT", port, "a port number")
    protocol = read.choice("SNOWFLAKE_PROTOCOL", "https", ("https", "http"))
    host = read.text("SNOWFLAKE_HOST", "")
    if host and not re.fullmatch(r"[\w.-]+", host):
        raise _wrong("SNOWFLAKE_HOST", f"{protocol}://{host}", "the name of a host and no more")
    return SnowflakeSettings(
        account=read.needed("SNOWFLAKE_ACCOUNT", "the account identifier, organisation-account"),
        user=read.needed("SNOWFLAKE_USER", "the user to log in as"),
        role=read.needed("SNOWFLAKE_ROLE", "the role that loads and transforms"),
        warehouse=read.needed("SNOWFLAKE_WAREHOUSE", "the warehouse to compute on"),
        database=read.needed("SNOWFLAKE_DATABASE", "the database of RAW, STAGING and ANALYTICS"),
        private_key_path=key,
        private_key_passphrase=read.secret("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"),
        password=password,
        host=host or None,
        port=int(port) if port else None,
        protocol=protocol,
        storage_integration=read.text("SNOWFLAKE_STORAGE_INTEGRATION", "") or None,
        aws_role_arn=read.text("SNOWFLAKE_AWS_ROLE_ARN", "") or None,
    )


class _Reader:
    """Reads one value at a time; every mistake becomes one sentence that names the variable."""

    def __init__(self, environ: Mapping[str, str], root: Path) -> None:
        self._environ = environ
        self._root = root

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name) or default

    def path(self, name: str, default: str) -> Path:
        value = self.text(name, default)
        if "\0" in value:
            raise _wrong(name, value, "a path")
        return (self._root / Path(value).expanduser()).resolve()

    def place(self, name: str, default: str) -> Path | S3Url:
        value = self.text(name, default)
        if "://" not in value:
            return self.path(name, default)
        matched = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", value)
        if matched is None:
            raise _wrong(name, value, "a folder, or s3://bucket/prefix")
        prefix = (matched[2] or "").strip("/")
        if "//" in prefix or any(ord(c) < 32 for c in prefix):
            raise _wrong(name, value, "s3://bucket/prefix without empty parts")
        return S3Url(matched[1], prefix)

    def file(self, name: str) -> Path | None:
        value = self.text(name, "")
        if not value:
            return None
        if "\n" in value or "PRIVATE KEY" in value or len(value) > _LONGEST_PATH:
            raise SettingsError(
                f"{name} holds what looks like the text of a file (not shown, for it may be a "
                "secret), but it must be the path of that file."
            )
        path = self.path(name, "")
        if not path.is_file():
            raise _wrong(name, str(path), "the path of a file that exists")
        return path

    def secret(self, name: str) -> str | None:
        return self._environ.get(name) or None

    def alert_urls(self, name: str) -> tuple[str, ...]:
        """Apprise URLs, checked without connecting. They are secrets and shown nowhere."""
        urls = tuple(self.text(name, "").split())
        for number, url in enumerate(urls, start=1):
            if not _apprise_reads(url):
                raise SettingsError(
                    f"{name} holds {len(urls)} URLs separated by blanks, and Apprise cannot use "
                    f"number {number} (not shown, for it is a secret): see "
                    "https://appriseit.com/services/ for how such a URL looks."
                )
        return urls

    def ui_address(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:-]+(/[\w./~%-]*)?", value):
            raise _wrong(name, value, "an address such as https://dagster.example.com")
        return value.rstrip("/")

    def needed(self, name: str, what: str) -> str:
        value = self.text(name, "")
        if not value:
            raise SettingsError(
                f"{name} is not set, but ECOM_WAREHOUSE=snowflake needs it: set it to {what}."
            )
        return value

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default).lower()
        if value not in choices:
            raise _wrong(name, value, " or ".join(choices))
        return value

    def web_address(self, name: str) -> str | None:
        value = self.text(name, "").rstrip("/").removesuffix(".git")
        if value and not re.fullmatch(r"https?://[^\s/?#@]+/[^\s?#]+", value):
            raise _wrong(name, value, "a repository's web address, https://github.com/…/…")
        return value or None

    def source(self, default: Source) -> Source:
        value = self.choice("ECOM_SOURCE", default, ("synthetic", "external"))
        return "synthetic" if value == "synthetic" else "external"

    def switch(self, name: str, default: str) -> bool:
        value = self.text(name, default).lower()
        if value not in _SWITCH:
            raise _wrong(name, value, "true or false")
        return _SWITCH[value]

    def day(self, name: str, default: str) -> date:
        value = self.text(name, default)
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            raise _wrong(name, value, "a date such as 2026-01-01") from None

    def time_of_day(self, name: str, default: str) -> time:
        value = self.text(name, default)
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
            raise _wrong(name, value, "a time of day from 00:00 to 23:59, such as 01:00")
        return time.fromisoformat(value)

    def vanished_files(self, name: str, default: VanishedFiles) -> VanishedFiles:
        return "drop" if self.choice(name, default, ("keep", "drop")) == "drop" else "keep"

    def whole_number(self, name: str, default: str, *, most: int) -> int:
        value = self.text(name, default)
        if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) > most:
            raise _wrong(name, value, f"a whole number from 0 to {most}")
        return int(value)

    def memory(self, name: str) -> str | None:
        value = self.text(name, "")
        if value and not re.fullmatch(r"0*[1-9][0-9]{0,5} ?([MG]i?B)", value, re.IGNORECASE):
            raise _wrong(name, value, "an amount of memory, such as 4GB or 512MB")
        return value or None

    def rate(self, name: str, default: str) -> Decimal:
        value = self.text(name, default)
        try:
            rate = Decimal(value)
        except InvalidOperation:
            rate = Decimal("NaN")
        if rate.is_nan() or not 0 <= rate <= 1:
            raise _wrong(name, value, "a share from 0 to 1, such as 0.10")
        return rate


_LONGEST_PATH = 1_000
"""A key in one line is longer, a path of people's is not."""

_SWITCH = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def _apprise_reads(url: str) -> bool:
    import logging

    from apprise import Apprise

    logger = logging.getLogger("apprise")  # would log the URL, secrets included
    was_disabled, logger.disabled = logger.disabled, True
    try:
        return Apprise.instantiate(url) is not None
    except Exception:  # whose text may be the URL
        return False
    finally:
        logger.disabled = was_disabled


def _wrong(name: str, value: str, expected: str) -> SettingsError:
    # of a URL that cannot be used nobody knows which part is the password
    shown = re.sub(r"(?<=://).*@", f"{HIDDEN}@", redacted(value), flags=re.DOTALL)
    shown = re.sub(r"(?<=[?#]).*", HIDDEN, shown, flags=re.DOTALL) if "://" in shown else shown
    return SettingsError(f"{name} holds {shown!r}, but it must be {expected}.")


if __name__ == "__main__":
    read_settings_or_exit()
