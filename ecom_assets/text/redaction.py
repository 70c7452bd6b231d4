"""What must never be shown, taken out of texts: secrets of the settings, in whole or in part, and
what stands before the `@` of a URL.

Errors of the libraries that talk to S3 and Snowflake may quote a server, and Dagster keeps them for
ever. Which values are secret is a fact of the process, as its environment is: they are kept here
once, registered where the environment is read.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase, ascii_uppercase

PART = 8
"""Characters of a secret that must not be seen in a row. A shorter secret protects nothing, and
hiding it would tear words apart."""
HIDDEN = "***"

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
"""As a host's name is written; not `lower`, which makes some letters two."""

_parts: set[str] = set()


def register_secrets(secrets: Iterable[str]) -> None:
    """Hide these from now on."""
    for secret in secrets:
        lower = secret.translate(_LOWER)
        _parts.update(lower[n : n + PART] for n in range(len(lower) - PART + 1))


def secrets_of(environ: Mapping[str, str]) -> Iterator[str]:
    """What no text may show, of the project's settings and of the SDKs': what is called a secret,
    and who logs in where in a URL, such as a proxy's."""
    for name, value in environ.items():
        if _SECRET.search(name.upper()) and not _PLACE.search(name.upper()):
            yield value.strip()
        for url in value.split():
            yield url.partition("://")[2].rpartition("@")[0]


_SECRET = re.compile(r"PASSWORD|PASSPHRASE|SECRET|TOKEN")
_PLACE = re.compile(r"_(FILE|PATH|URI|URL)$")


def redacted(text: str) -> str:
    """The text without secrets."""
    text = re.sub(r"(?<=://)[^\s/]*@", f"{HIDDEN}@", text)
    lower = text.translate(_LOWER)
    hidden = [False] * len(text)
    for n in range(len(text) - PART + 1):
        if lower[n : n + PART] in _parts:
            hidden[n : n + PART] = [True] * PART
    if not any(hidden):
        return text
    shown = "".join("\0" if h else c for h, c in zip(hidden, text, strict=True))
    return re.sub("\0+", HIDDEN, shown)


def redacted_odd_url(text: str) -> str:
    """The text without secrets; it may be a URL that cannot be used, with or without its `https://`,
    of which nobody knows which part is the password."""
    login = r"(?<=://).*@|^[^/@:]*:(?!//).*@"
    shown = re.sub(login, f"{HIDDEN}@", redacted(text), flags=re.DOTALL)
    return re.sub(r"(?<=[?#]).*", HIDDEN, shown, flags=re.DOTALL) if "://" in shown else shown


def cause(error: BaseException) -> BaseException | None:
    """The error, as the cause of another one; None where its text or that of an error before it
    contains a secret, for Dagster keeps them all."""
    return error if all(redacted(str(one)) == str(one) for one in _chain(error)) else None


def quiet_logs() -> None:
    """Keep botocore's DEBUG messages out of the logs at any level: they hold AWS session tokens."""
    logger = logging.getLogger("botocore")
    if logger.getEffectiveLevel() < logging.INFO:
        logger.setLevel(logging.INFO)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
