"""The types of the settings: which text each takes, and what it becomes.

What a text must be stands first among a type's annotations, as the end of "it must be …". Only
texts of the environment come this way; settings that a program makes are not looked at. Of several
`BeforeValidator`, the last one comes first.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field, ValidationInfo

from ecom_assets.model import sales
from ecom_assets.model.limits import MOST_LATE_DAYS
from ecom_assets.model.mapping import EventMapping, MappingError
from ecom_assets.model.mapping_file import named_mapping
from ecom_assets.model.reading import EVERY_FILE


def project_root(package: Path) -> Path:
    """The folder that relative paths, defaults and `.env` belong to: the checkout that this package
    stands in; of one that is installed elsewhere DAGSTER_HOME, or else the folder of the process,
    for nobody looks for their data among installed packages."""
    if (package.parent / "pyproject.toml").is_file():
        return package.parent
    return Path(os.environ.get("DAGSTER_HOME") or ".").absolute()


PROJECT_ROOT = project_root(Path(__file__).resolve().parent)


class SettingsError(ValueError):
    """A setting is wrong or missing; the text says which, what it holds and what it should."""


@dataclass(frozen=True)
class S3Url:
    """A place in S3: a bucket, and what the names of all objects there begin with."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def _path(text: str) -> Path:
    return (PROJECT_ROOT / os.path.expanduser(text)).resolve()  # leaves a name that nobody has


def _place(text: str) -> Path | S3Url:
    if "://" not in text:
        return _path(text)
    matched = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", text)
    prefix = ((matched and matched[2]) or "").strip("/")
    if matched is None or "//" in prefix or any(ord(c) < 32 for c in prefix):
        raise ValueError
    return S3Url(matched[1], prefix)


def _key(text: str) -> Path:
    if "\n" in text or "PRIVATE KEY" in text or len(text) > _LONGEST_PATH:
        raise SettingsError(
            "SNOWFLAKE_PRIVATE_KEY_PATH holds what looks like the text of a file (not shown, for "
            "it may be a secret), but it must be the path of that file."
        )
    if not (path := _path(text)).is_file():
        raise ValueError
    return path


_LONGEST_PATH = 1_000
"""A key in one line is longer, a path of people's is not."""


def _zone(text: str) -> str:
    # `localtime` is a name on some machines, of whatever zone the machine has
    if text not in available_timezones() - {"localtime"}:
        raise ValueError
    return text


def _urls(text: str, info: ValidationInfo) -> tuple[str, ...]:
    urls = tuple(text.split())
    for number, url in enumerate(urls, start=1):
        if not _apprise_reads(url):
            raise SettingsError(
                f"ECOM_{str(info.field_name).upper()} holds {len(urls)} URLs separated by blanks, "
                f"and Apprise cannot use number {number} (not shown, for it is a secret): see "
                "https://appriseit.com/services/ for how such a URL looks."
            )
    return urls


def _ping(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s@]+", text):
        raise SettingsError(
            "ECOM_PING_URL holds something that is no address (not shown, for it is a secret): set "
            "it to one such as https://hc-ping.com/…, which is asked for after each digest."
        )
    return text


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


def _mappings(text: str) -> Sequence[tuple[str, EventMapping]]:
    """Patterns of files with their mappings; a mapping alone is for every file."""
    found: list[tuple[str, EventMapping]] = []
    for part in text.split():
        pattern, equals, name = part.rpartition("=")
        if (equals and not pattern) or (not equals and len(text.split()) > 1):
            raise SettingsError(
                f"ECOM_MAPPING holds {part!r} among others, but it must be one mapping, or pairs "
                "pattern=mapping separated by blanks, such as shopify/*=shopify_order; a path "
                "there has no blanks."
            )
        try:
            mapping = named_mapping(name, PROJECT_ROOT, sales.SALES)
        except MappingError as error:
            raise SettingsError(f"ECOM_MAPPING: {error}") from None
        for _, other in found:
            if other.name == mapping.name and (other != mapping or mapping.version):
                what = "two different mappings" if other != mapping else "a mapping with a version"
                how = "rename one's file" if other != mapping else "use one pattern for both"
                raise SettingsError(
                    f"ECOM_MAPPING has {what} named {mapping.name} for two patterns, of which one "
                    f"would replace the other's sales: {how}."
                )
        found.append((pattern or EVERY_FILE, mapping))
    return tuple(found)


def _like(pattern: str) -> BeforeValidator:
    """Takes texts of this form alone: pydantic reads a date from any whole number, and the like."""

    def checked(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII | re.IGNORECASE | re.DOTALL):
            raise ValueError
        return text

    return BeforeValidator(checked)


in_any_case = BeforeValidator(str.lower)
in_capitals = BeforeValidator(str.upper)
_A_PLACE = "a folder, or s3://bucket/prefix without empty parts"
Place = Annotated[Path | S3Url, _A_PLACE, BeforeValidator(_place)]
OtherPlace = Annotated[Path | S3Url | None, _A_PLACE, BeforeValidator(_place)]
File = Annotated[Path, "a path", BeforeValidator(_path)]
KeyFile = Annotated[Path | None, "the path of a file that exists", BeforeValidator(_key)]
Memory = Annotated[
    str | None,
    "an amount of memory, such as 4GB or 512MB",
    _like(r"0*[1-9]\d{0,5} ?([MG]i?B)"),
]
Day = Annotated[date, "a date such as 2026-01-01", _like(r"\d{4}-\d\d-\d\d")]
TimeOfDay = Annotated[
    time, "a time of day from 00:00 to 23:59, such as 01:00", _like(r"([01]\d|2[0-3]):[0-5]\d")
]
OptionalTimeOfDay = Annotated[
    time | None,
    "a time of day from 00:00 to 23:59, such as 06:00",
    _like(r"([01]\d|2[0-3]):[0-5]\d"),
]
TimeZone = Annotated[
    str, "the IANA name of a time zone, such as Europe/Berlin or UTC", BeforeValidator(_zone)
]
LateDays = Annotated[
    int, f"a whole number from 0 to {MOST_LATE_DAYS}", Field(le=MOST_LATE_DAYS), _like(r"\d{1,6}")
]
Days = Annotated[
    int, "a whole number of days, such as 7, up to 3650", Field(le=3650), _like(r"\d{1,6}")
]
Share = Annotated[Decimal, "a share from 0 to 1, such as 0.10", Field(ge=0, le=1)]
AlertUrls = Annotated[tuple[str, ...], "URLs separated by blanks", BeforeValidator(_urls)]
PingUrl = Annotated[str | None, "an address", BeforeValidator(_ping)]
WebAddress = Annotated[
    str,
    "an address such as https://dagster.example.com",
    BeforeValidator(lambda text: text.rstrip("/")),
    _like(r"https?://[a-z0-9.\[\]:-]+(/[\w./~%-]*)?"),
]
Repository = Annotated[
    str | None,
    "a repository's web address, https://github.com/…/…",
    BeforeValidator(lambda text: text.rstrip("/").removesuffix(".git")),
    _like(r"https?://[^\s/?#@]+/[^\s?#]+"),
]
Mappings = Annotated[
    Sequence[tuple[str, EventMapping]], "a mapping, or pairs", BeforeValidator(_mappings)
]
Port = Annotated[int | None, "a port number", Field(le=65_535), _like(r"\d{1,5}")]
Credits = Annotated[int | None, "a number of credits", Field(ge=1), _like(r"\d{1,9}")]
Host = Annotated[str | None, "the name of a host and no more", _like(r"[\w.-]+")]
