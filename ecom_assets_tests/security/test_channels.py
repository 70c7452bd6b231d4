"""A channel's URL is a secret, also to those who see what Apprise and its HTTP client raise."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import apprise
import pytest
import requests

from ecom_assets.alerts.channels import channels_of, deliver
from ecom_assets.alerts.messages import Message
from ecom_assets.settings import SettingsError, read_settings
from ecom_assets_tests.security.canaries import Search, canary

MESSAGE = Message("title", "text", "info")

RAISED: list[Callable[[str], Exception]] = [
    lambda url: ValueError(f"Failed to parse: {url}"),
    lambda url: requests.exceptions.InvalidURL(url),
    lambda url: UnicodeError(url, "label too long"),
    lambda url: KeyError(url),
]


@pytest.mark.parametrize("error", RAISED)
@pytest.mark.parametrize("where", ["instantiate", "notify"])
def test_an_error_in_a_channel_is_a_message_not_taken_and_says_no_url(
    error: Callable[[str], Exception],
    where: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    secret = canary()
    quoted = quote(secret, safe="")
    url = f"json://user:{quoted}@127.0.0.1:9/{quoted}"

    def broken(*_: Any, **__: Any) -> None:
        raise error(url)

    monkeypatch.setattr(apprise.Apprise, where, broken)
    ((channel, delivery),) = deliver({channels_of([url], [])[0]: [MESSAGE]}).items()
    assert delivery.sent == []
    assert delivery.problem
    assert delivery.problem.startswith("Apprise broke down with ")
    printed = "".join(capfd.readouterr()) + f"{channel} {delivery}"
    assert not Search({"url": secret}).found(printed.encode())


def test_an_error_in_reading_a_url_is_one_sentence_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = canary()

    def broken(url: str) -> None:
        raise ValueError(f"Failed to parse: {url}")

    monkeypatch.setattr(apprise.Apprise, "instantiate", broken)
    with pytest.raises(SettingsError, match="cannot use number 1") as raised:
        read_settings({"ECOM_ALERT_URLS": f"json://{secret}@host"})
    assert not Search({"url": secret}).found(str(raised.value).encode())
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
