"""Clients of AWS in a third of the time.

A session of boto3 reads what it knows of AWS, megabytes of JSON, anew, and each landing zone in S3
has a session of its own. Here each file is read once; sessions share it as the clients of one
session do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from unittest import mock

from botocore.loaders import JSONFileLoader


@contextmanager
def light_clients() -> Iterator[None]:
    """Clients that are made within are light."""
    load_file = JSONFileLoader().load_file
    with mock.patch.object(JSONFileLoader, "load_file", staticmethod(lru_cache(load_file))):
        yield
