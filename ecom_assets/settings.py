"""The environment, read once, into plain typed values; one sentence per mistake.

A `.env` file in the project root is read as well; the environment itself wins. Nothing else in
the package looks at the environment.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

PROJECT_ROOT = Path(__file__).resolve().parent.parent

Source = Literal["synthetic", "external"]


class SettingsError(ValueError):
    """A setting is wrong or missing; the text says which, what it holds and what it should."""


@dataclass(frozen=True)
class Settings:
    """All settings, checked.

    Attributes:
        landing: the landing zone, an absolute folder.
        source: `synthetic`: a day without files gets a generated batch; `external`: files come
            from elsewhere and are never written.
        duckdb_path: the DuckDB file, absolute.
        start_date: the first partition.
        late_days: how many days after its event date an event may still arrive.
        reject_rate_warn: a day's reject rate above which its check warns.
        reject_rate_error: a day's reject rate above which the day is held.
        hide_values: leave payload values out of check samples (personal data).
    """

    landing: Path
    source: Source
    duckdb_path: Path
    start_date: date
    late_days: int
    reject_rate_warn: Decimal
    reject_rate_error: Decimal
    hide_values: bool


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
    read = _Reader({name: value.strip() for name, value in environ.items()}, root)
    read.choice("ECOM_WAREHOUSE", "duckdb", ("duckdb",))
    landing = read.text("ECOM_LANDING", "data/landing")
    if "://" in landing:
        raise SettingsError(
            f"ECOM_LANDING holds {landing!r}, but this version reads a folder only: "
            "set it to a path such as data/landing."
        )
    warn = read.rate("ECOM_REJECT_RATE_WARN", "0.10")
    error = read.rate("ECOM_REJECT_RATE_ERROR", "0.30")
    if warn > error:
        raise SettingsError(
            f"ECOM_REJECT_RATE_WARN holds {warn}, which is above ECOM_REJECT_RATE_ERROR ({error}): "
            "the rate that warns must not be above the rate that holds the day."
        )
    return Settings(
        landing=read.path("ECOM_LANDING", "data/landing"),
        source=read.source("synthetic"),
        duckdb_path=read.path("ECOM_DUCKDB_PATH", "data/warehouse.duckdb"),
        start_date=read.day("ECOM_START_DATE", "2026-01-01"),
        late_days=read.whole_number("ECOM_LATE_DAYS", "0", most=31),
        reject_rate_warn=warn,
        reject_rate_error=error,
        hide_values=read.switch("ECOM_HIDE_VALUES", "false"),
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

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default).lower()
        if value not in choices:
            raise _wrong(name, value, " or ".join(choices))
        return value

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

    def whole_number(self, name: str, default: str, *, most: int) -> int:
        value = self.text(name, default)
        if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) > most:
            raise _wrong(name, value, f"a whole number from 0 to {most}")
        return int(value)

    def rate(self, name: str, default: str) -> Decimal:
        value = self.text(name, default)
        try:
            rate = Decimal(value)
        except InvalidOperation:
            rate = Decimal("NaN")
        if rate.is_nan() or not 0 <= rate <= 1:
            raise _wrong(name, value, "a share from 0 to 1, such as 0.10")
        return rate


_SWITCH = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def _wrong(name: str, value: str, expected: str) -> SettingsError:
    return SettingsError(f"{name} holds {value!r}, but it must be {expected}.")


if __name__ == "__main__":
    read_settings_or_exit()
