"""The landing zone in S3, or what speaks like it, through dagster-aws' resource.

Region, endpoint and credentials are the AWS SDK's own settings. What the service fails at for a
moment is tried again, with growing pauses; what a user can put right is one sentence.
"""

import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date
from functools import cached_property
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from ecom_assets.landing.zone import (
    FileChanged,
    FileVanished,
    LandedFile,
    LandingBusy,
    LandingError,
    LandingZone,
    Scan,
    day_of,
    folder_of,
    is_hidden,
    is_sales_file,
)
from ecom_assets.text.redaction import cause, quiet_logs, redacted

REQUEST_TRIES = 8
"""How often a request is sent before its error is taken for one that stays."""
BODY_TRIES = 5
"""How often a body is asked for again without a byte of progress."""
MEMORY = 8 * 2**20
"""Bytes of a file that is written; of a larger one all go to a temporary file."""


class S3Zone(LandingZone):
    """A landing zone below a prefix of a bucket."""

    settle_seconds = 0  # an object is there whole or not at all

    def __init__(self, bucket: str, prefix: str, setting: str = "ECOM_LANDING") -> None:
        self._setting = setting  # that names the place, for messages
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    @property
    def url(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    @cached_property
    def _client(self) -> Any:
        from dagster_aws.s3 import S3Resource

        quiet_logs()
        # what the resource calls attempts is what botocore does after the first one
        return S3Resource(max_attempts=REQUEST_TRIES - 1).get_client()

    def scan(self, first_day: date, last_day: date, at_most_files: float) -> Scan:
        files: list[LandedFile] = []
        others: list[str] = []
        reached = first_day
        looked_at = 0
        # keys come in order, and so do the days in them: one listing from page to page, however
        # many days there are
        end = f"{self._prefix}{folder_of(last_day)}0"  # what follows `/`
        with self._explained("s3:ListBucket", self.url):
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket,
                Prefix=f"{self._prefix}dt=",
                StartAfter=f"{self._prefix}{folder_of(first_day)}/",
            ):
                for stored in page.get("Contents", ()):
                    if stored["Key"] >= end:
                        return Scan(files, None, others)
                    folder, _, below = stored["Key"].removeprefix(self._prefix).partition("/")
                    day = day_of(folder)
                    if day and day > reached and looked_at >= at_most_files:
                        return Scan(files, day, others)
                    looked_at += 1
                    if day and is_sales_file(below):
                        files.append(self._landed(stored, day))
                    elif day and not is_hidden(below) and below[-1:] not in ("", "/"):
                        others.append(f"{folder}/{below}")
                    reached = day or reached
        return Scan(files, None, others)

    def top(self) -> Iterator[str]:
        return self._names("", Delimiter="/")

    def below(self, folder: str) -> Iterator[str]:
        return self._names(folder)

    def _names(self, start: str, **how: str) -> Iterator[str]:
        where = {"Bucket": self._bucket, "Prefix": f"{self._prefix}{start}", **how}
        with self._explained("s3:ListBucket", self.url):
            for page in self._client.get_paginator("list_objects_v2").paginate(**where):
                keys = [stored["Key"] for stored in page.get("Contents", ())]
                keys += [folder["Prefix"] for folder in page.get("CommonPrefixes", ())]
                yield from (key.removeprefix(self._prefix) for key in keys)

    def _landed(self, stored: Any, day: date) -> LandedFile:
        return LandedFile(
            stored["Key"].removeprefix(self._prefix),
            day,
            stored["ETag"].strip('"'),
            stored["Size"],
            stored["LastModified"].astimezone(UTC).replace(tzinfo=None, microsecond=0),
        )

    def open(self, file: LandedFile) -> BinaryIO:
        return cast(BinaryIO, _Body(self, file))

    def get(self, file: LandedFile, start: int) -> Any:
        """The bytes of a listed version from one of them on, as a stream that may break."""
        request = {"Bucket": self._bucket, "Key": self._prefix + file.name}
        if start:
            request["Range"] = f"bytes={start}-"
        with self._explained("s3:GetObject", f"{self.url}/{file.name}", file):
            got = self._client.get_object(**request, IfMatch=f'"{file.etag}"')
        if got["ETag"].strip('"') != file.etag:  # not every server heeds IfMatch
            got["Body"].close()
            raise FileChanged.since_listed(file)
        return got["Body"]

    def write(self, name: str, blocks: Iterable[bytes]) -> None:
        # tells a browser to show a page; without it, it is saved as a file
        is_page = {"ContentType": "text/html; charset=utf-8"} if name.endswith(".html") else {}
        # made whole before it is sent: what breaks on the way begins no upload
        with SpooledTemporaryFile(MEMORY) as whole:
            for block in blocks:
                whole.write(block)
            whole.seek(0)
            with self._explained("s3:PutObject", f"{self.url}/{name}"):
                self._client.upload_fileobj(
                    whole, self._bucket, self._prefix + name, ExtraArgs=is_page
                )

    def try_write(self) -> None:
        """Begin an upload and drop it again, which leaves nothing.

        Raises:
            LandingError: nothing can be written.
        """
        place = {"Bucket": self._bucket, "Key": f"{self._prefix}.try"}
        with self._explained("s3:PutObject", self.url):
            upload = self._client.create_multipart_upload(**place)["UploadId"]
        with self._explained("s3:AbortMultipartUpload", self.url):
            self._client.abort_multipart_upload(**place, UploadId=upload)

    @contextmanager
    def _explained(self, action: str, where: str, file: LandedFile | None = None) -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (ClientError, BotoCoreError, Boto3Error) as error:
            code, detail = type(error).__name__, f": {redacted(str(error)).rstrip('.')}"
            advice = "check the AWS settings and the network"
            if isinstance(error, ClientError):
                code, detail = str(error.response.get("Error", {}).get("Code", "")), ""
                if file and code in ("NoSuchKey", "404"):
                    raise FileVanished(f"{file.name} is no longer in {self.url}.") from None
                if file and code in ("PreconditionFailed", "412", "InvalidRange", "416"):
                    raise FileChanged.since_listed(file) from None
                advice = f"S3 said {code}; look it up, or try again later"
            if code in _ADVICE:
                names = {"action": action, "bucket": self._bucket, "setting": self._setting}
                advice = _ADVICE[code].format(**names)
            # what S3 or the network has at times, or what is unknown here, may pass
            may_pass = _ADVICE.get(code, _BUSY) in (_BUSY, _NETWORK)
            raise (LandingBusy if may_pass else LandingError)(
                f"{where} cannot be used ({code}{detail}): {advice}."
            ) from cause(error)


class _Body:
    """An object's bytes, exactly the listed version; goes on where the stream has broken. Not by a
    library: smart_open goes on after a wrong checksum, too, with the wrong bytes; s3transfer and
    s3fs fetch ranges, which have no checksum."""

    def __init__(self, zone: S3Zone, file: LandedFile) -> None:
        self._zone = zone
        self._file = file
        self._at = 0
        self._stream = zone.get(file, 0)

    def read(self, size: int = -1) -> bytes:
        from botocore.exceptions import FlexibleChecksumError, HTTPClientError, IncompleteReadError
        from urllib3.exceptions import HTTPError

        broken = (HTTPClientError, IncompleteReadError, HTTPError, EOFError, ConnectionError)
        tries = 0
        while True:
            try:
                return self._read(size)
            except broken as error:
                tries += 1
                if tries == BODY_TRIES:
                    raise LandingBusy(
                        f"{self._zone.url}/{self._file.name} broke off after {self._at:,} of "
                        f"{self._file.size:,} bytes, {tries} times ({type(error).__name__}): "
                        "check the network, then materialize the day again."
                    ) from cause(error)
                time.sleep(random.uniform(0.5, 1) * 0.1 * 2**tries)  # noqa: S311 - jitter
                self._stream.close()
                self._stream = self._zone.get(self._file, self._at)
            except FlexibleChecksumError as error:
                # at the end of a body that is not what was stored: some of what was read may be
                # wrong, so there is no going on
                raise LandingBusy(
                    f"{self._zone.url}/{self._file.name} came with bytes that do not have its "
                    "checksum: materialize the day again."
                ) from error

    def _read(self, size: int) -> bytes:
        if self._at == self._file.size:
            return b""
        block = self._stream.read(None if size < 0 else size)
        self._at += len(block)
        if not block and size != 0:
            raise EOFError("fewer bytes than listed")
        return cast(bytes, block)

    def __enter__(self) -> "_Body":
        return self

    def __exit__(self, *exception: object) -> None:
        self._stream.close()


_CREDENTIALS = "check the credentials (AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret)"
_RENEW = "the credentials have expired; renew them, then run this again"
_NETWORK = "check the network, and AWS_ENDPOINT_URL_S3 if it is set"
_BUSY = "S3 was too busy at every try; run this again later"
_ADVICE = {
    "NoSuchBucket": "there is no bucket {bucket}; check {setting}",
    "AccessDenied": "these credentials lack the permission {action}; add it to their policy",
    "403": "these credentials lack the permission {action}; add it to their policy",
    "AllAccessDisabled": "the bucket's owner has closed it",
    "ExpiredToken": _RENEW,
    "ExpiredTokenException": _RENEW,
    "RequestExpired": _RENEW,
    "TokenRefreshRequired": _RENEW,
    "InvalidToken": _CREDENTIALS,
    "InvalidAccessKeyId": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "PermanentRedirect": "the bucket {bucket} is in another region; set AWS_REGION to its own",
    "AuthorizationHeaderMalformed": "the bucket {bucket} is in another region; set AWS_REGION",
    "IllegalLocationConstraintException": "the bucket {bucket} is in another region; "
    "set AWS_REGION",
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
    "SlowDown": _BUSY,
    "ServiceUnavailable": _BUSY,
    "InternalError": _BUSY,
    "500": _BUSY,
    "503": _BUSY,
    "NoCredentialsError": _CREDENTIALS,
    "PartialCredentialsError": _CREDENTIALS,
    "CredentialRetrievalError": _CREDENTIALS,
    "SSOTokenLoadError": _RENEW,
    "UnauthorizedSSOTokenError": _RENEW,
    "TokenRetrievalError": _RENEW,
    "ProfileNotFound": "AWS_PROFILE names a profile that is not in the AWS configuration",
    "NoRegionError": "set AWS_REGION to the bucket's region",
    "EndpointConnectionError": _NETWORK,
    "ConnectTimeoutError": _NETWORK,
}
"""What to do, by S3's error code or the SDK's exception."""
