"""`make dev`: the Dagster UI, with a daemon, on this machine.

    python -m ecom_assets.commands.dev [--port 3000]

Before anything starts it is seen that the settings are right, that the port is free, and that no
other UI is at work on the same instance.
"""

import argparse
import fcntl
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ecom_assets.settings import Settings, read_settings_or_exit, variables

HOST = "127.0.0.1"
LOCK = "dev.lock"
"""Beside Dagster's storage: held while a UI is at work there."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Become `dagster dev`; exits with one sentence where that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m ecom_assets.commands.dev", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", default="3000")
    port = parser.parse_args(arguments).port
    settings = read_settings_or_exit()
    if not port.isdecimal() or not 1 <= int(port) <= 65_535:
        sys.exit(f"ecom_assets: PORT holds {port!r}, but it must be a number from 1 to 65535.")
    _see_alone(Path(os.environ.get("DAGSTER_HOME", ".")))
    if not _is_free(int(port)):
        sys.exit(
            f"ecom_assets: port {port} of {HOST} is in use: end the program that has it, or choose "
            "another one, such as make dev PORT=3001."
        )
    ui_url = f"http://{HOST}:{port}"
    if settings.ui_url == Settings.ui_url:  # links in alerts lead here
        os.environ[variables(Settings)["ui_url"]] = ui_url
    print(f"The Dagster UI will be on {ui_url}", flush=True)
    program = Path(sys.executable).with_name("dagster")
    options = ["--host", HOST, "--port", port, "--log-format", settings.log_format]
    os.execv(program, [str(program), "dev", *options])  # noqa: S606 - our own words


def _see_alone(home: Path) -> None:
    """Hold the instance's lock; the process that this one becomes holds it on."""
    folder = home / "data/dagster"
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(
            f"ecom_assets: another make dev is at work on {home} already: two daemons would start "
            "each run twice. Use that one, or end it first."
        )
    os.set_inheritable(lock, True)


def _is_free(port: int) -> bool:
    with socket.socket() as tried, suppress(OSError):
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind((HOST, port))
        return True
    return False


if __name__ == "__main__":
    main()
