"""A sign of life to somebody who tells when it stays away: a dead machine sends no alert."""

import http.client
import urllib.error
import urllib.request

PATIENCE = 20
"""Seconds; the digest waits no longer."""


def ping(url: str) -> str | None:
    """Ask for an address.

    Returns: what went wrong, in a few words without the address, which is a secret; None: nothing.
    """
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE):  # noqa: S310 - the setting is http(s)
            return None
    except urllib.error.HTTPError as error:
        error.close()
        return f"the answer was {error.code}"
    except (
        OSError,
        ValueError,
        http.client.HTTPException,
    ) as error:  # whose text may have the address in it
        return f"no answer ({type(getattr(error, 'reason', error)).__name__})"
