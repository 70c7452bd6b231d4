"""`make alert-test`: each channel gets a sample, and each is said to have taken it or not."""

import subprocess
import sys
from os import environ

from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.support.receivers import receiving

MAKE = ["make", "-o", ".venv/ready", f"BIN={sys.prefix}/bin", "alert-test"]


def alert_test(**settings: str) -> tuple[int, list[str]]:
    result = subprocess.run(
        MAKE,
        cwd=PROJECT_ROOT,
        env={**environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    said = result.stdout + result.stderr
    assert "s3cret" not in said
    assert "t0ken" not in said
    return result.returncode, [line for line in said.splitlines() if not line.startswith("make")]


def test_every_channel_gets_what_it_takes_and_a_bad_one_is_named() -> None:
    with receiving() as errors, receiving() as warnings, receiving() as down:
        down.status = 403
        code, said = alert_test(
            ECOM_ALERT_URLS=f"{errors.url} {down.url}", ECOM_ALERT_WARN_URLS=warnings.url
        )
        assert code != 0
        assert said == [
            "alert channel 1 (json): took the message",
            "alert channel 2 (json): refused with HTTP status 403",
            "alert channel 3 (json): took the message",
        ]
        name = "reject_rate on stg_sales_rejects failed for 1 day: 2026-01-0"
        assert errors.titles == [f"TEST ERROR: {name}5"]
        assert warnings.titles == [f"TEST WARNING: {name}6"]
        assert errors.messages[0][1].startswith("This is a test of the alerts: nothing has failed.")


def test_without_a_channel_it_says_what_to_set() -> None:
    code, said = alert_test(ECOM_ALERT_URLS="", ECOM_ALERT_WARN_URLS="")
    assert code != 0
    assert said == [
        "No alert channel is set: put Apprise URLs, separated by blanks, into ECOM_ALERT_URLS."
    ]
