"""S3 for tests, over HTTP: moto's server, and rclone's as a second, independent one."""

import logging
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ecom_assets_tests.support.deployment import Service
from ecom_assets_tests.support.dev_server import free_port, until


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

    def answers(self) -> bool:
        """Whether it does."""
        try:
            self.client().list_buckets()
        except (BotoCoreError, ClientError):
            return False
        return True

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
    server, service = rclone_service(folder)
    service.start()
    try:
        until(lambda: not service.is_running() or server.answers(), "rclone answers", 20, pause=0.1)
        assert service.is_running(), service.text()
        yield server
    finally:
        service.end()


def rclone_service(folder: Path) -> tuple[S3Server, Service]:
    """The same, not started: what is served stays in the folder whatever becomes of it."""
    port = free_port()
    server = S3Server(f"http://127.0.0.1:{port}")
    (folder / server.bucket).mkdir(parents=True)
    command: list[str | Path] = [
        Path(sys.executable).parent / "rclone",
        *("serve", "s3", "--addr", f"127.0.0.1:{port}", "--config", os.devnull),
        *("--auth-key", f"{server.access_key},{server.secret}", str(folder)),
    ]
    return server, Service("s3", command, folder, port)
