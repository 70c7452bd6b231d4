"""What must never be shown, taken out of texts: secrets of the settings, in whole or in part, and
what a URL says before its `@`.

Errors of the libraries that talk to S3 and Snowflake are words of others, a server's among them,
and Dagster keeps them for ever. What this process knows to be secret is a fact of the process, as
its environment is, so it is kept here once, told by whoever reads the environment.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase, ascii_uppercase

PART = 8
"""Characters of a secret that must not be seen in a row. What is shorter as a whole keeps nobody
out, and to hide it would tear words apart."""
HIDDEN = "***"

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
"""As a host's name is written; not `lower`, which makes some letters two."""

_parts: set[str] = set()


def know(secrets: Iterable[str]) -> None:
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
    """The error, as the cause of another one; None where it or what led to it says a secret, for
    Dagster keeps the texts of them all."""
    return error if all(redacted(str(one)) == str(one) for one in _chain(error)) else None


def quiet_logs() -> None:
    """Keep out of the logs, however much of them is asked for, what holds AWS session tokens: what
    botocore says of a request at DEBUG."""
    logger = logging.getLogger("botocore")
    if logger.getEffectiveLevel() < logging.INFO:
        logger.setLevel(logging.INFO)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
