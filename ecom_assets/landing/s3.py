"""The landing zone in S3."""


class S3Zone:
    """A landing zone below a prefix of a bucket."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix
