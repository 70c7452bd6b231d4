"""What is taken out of the words of others, and what is left in."""

import logging

import pytest

from ecom_assets.settings import read_settings
from ecom_assets.text import redaction
from ecom_assets.text.redaction import cause, quiet_logs, redacted, register_secrets


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_parts", set())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it was s3cret-Passw0rd!", "it was ***"),
        ("twice: s3cret-Passw0rd!s3cret-Passw0rd! and so on", "twice: *** and so on"),
        ("cut: 's3cret-Pas'", "cut: '***'"),
        ("a host: S3CRET-PASSW0RD!", "a host: ***"),
        ("the end of it: -Passw0rd!", "the end of it: ***"),
        ("seven of it are nobody's: s3cret-", "seven of it are nobody's: s3cret-"),
        ("to http://user:pw@host/x@y at once", "to http://***@host/x@y at once"),
        ("s3://bucket/dt=2026-01-05/a@b.jsonl", "s3://bucket/dt=2026-01-05/a@b.jsonl"),
        ("İstanbul s3cret-Passw0rd!", "İstanbul ***"),
        ("", ""),
    ],
)
def test_a_secret_is_hidden_in_whole_and_in_part_and_nothing_else(text: str, shown: str) -> None:
    register_secrets(["s3cret-Passw0rd!", "short", ""])
    assert redacted(text) == shown


def test_the_settings_say_what_is_secret() -> None:
    read_settings(
        {
            "SNOWFLAKE_PASSWORD": " of-snowflake ",
            "AWS_SESSION_TOKEN": "of-a-session",
            "HTTPS_PROXY": "http://some-user:of-the-proxy@proxy.example:8080",
            "ECOM_ALERT_URLS": "json://u:of-a-hook@127.0.0.1:80/x json://u:of-another@127.0.0.1:80/y",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/token",
            "ECOM_UI_URL": "https://dagster.example.com",
        }
    )
    for secret in ("of-snowflake", "of-a-session", "of-the-proxy", "of-a-hook", "of-another"):
        assert redacted(f"<{secret}>") == "<***>"
    for known in ("127.0.0.1:80", "proxy.example:8080", "/var/run/secrets", "dagster.example.com"):
        assert redacted(known) == known


def test_an_error_is_no_cause_when_what_led_to_it_contains_a_secret() -> None:
    register_secrets(["s3cret-Passw0rd!"])
    with pytest.raises(ConnectionError) as raised:
        try:
            raise ValueError("Failed to parse: s3cret-Pass")
        except ValueError:
            raise ConnectionError("no connection")  # noqa: B904 - as libraries do
    assert cause(raised.value) is None
    harmless = ConnectionError("no connection")
    assert cause(harmless) is harmless
    harmless.__context__ = harmless  # a circle, which some libraries make
    assert cause(harmless) is harmless


def test_botocore_never_logs_at_debug_and_is_not_made_louder() -> None:
    logger = logging.getLogger("botocore")
    before = logger.level
    try:
        for level, after in ((logging.DEBUG, logging.INFO), (logging.ERROR, logging.ERROR)):
            logger.setLevel(level)
            quiet_logs()
            assert logger.level == after
            assert not logging.getLogger("botocore.endpoint").isEnabledFor(logging.DEBUG)
    finally:
        logger.setLevel(before)
