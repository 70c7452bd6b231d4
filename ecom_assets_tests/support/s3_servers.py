"""S3 for tests, over HTTP: moto's server, and rclone's as a second, independent one."""

import logging
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


@dataclass(frozen=True)
class S3Server:
    """A running server with an empty bucket."""

    endpoint: str
    access_key: str = "AKIATESTACCESSKEY000"
    secret: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    bucket: str = "sales"

    def environment(self) -> Mapping[str, str]:
        """The AWS SDK's own settings that lead to it."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self) -> Any:
        """A client of its own, whatever the environment says."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret,
            region_name="us-east-1",
        )


@contextmanager
def moto_server() -> Iterator[S3Server]:
    """moto in this process."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    started = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    started.start()
    try:
        host, port = started.get_host_and_port()
        server = S3Server(f"http://{host}:{port}")
        server.client().create_bucket(Bucket=server.bucket)
        yield server
    finally:
        started.stop()


@contextmanager
def rclone_server(folder: Path) -> Iterator[S3Server]:
    """rclone, serving a folder: each folder in it is a bucket."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = S3Server(f"http://{address}")
    (folder / server.bucket).mkdir(parents=True)
    process = subprocess.Popen(
        [
            Path(sys.executable).parent / "rclone",
            *("serve", "s3", "--addr", address, "--config", os.devnull),
            *("--auth-key", f"{server.access_key},{server.secret}", str(folder)),
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                server.client().list_buckets()
                break
            except (BotoCoreError, ClientError):
                assert process.poll() is None, "rclone has ended"
                assert time.monotonic() < deadline, "rclone does not answer"
                time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=10)
