"""A reader on the side: looks at all days again and again while runs are at work."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ecom_assets_tests.torture.states import State

PAUSE_SECONDS = 0.01


class Reader:
    """What a reader has seen.

    Attributes:
        looks: how often it could look.
    """

    def __init__(self) -> None:
        self.looks = 0
        self.failed: BaseException | None = None


@contextmanager
def reading(read: Callable[[], State | None], see: Callable[[State], None]) -> Iterator[Reader]:
    """Look while what is inside is at work.

    Args:
        read: what is there; None where nobody may look just now.
        see: fails where it is not as it should be, which the reader raises at the end.
    """
    reader, over = Reader(), threading.Event()

    def look() -> None:
        while not over.wait(PAUSE_SECONDS):
            try:
                found = read()
                if found is not None:
                    reader.looks += 1
                    see(found)
            except BaseException as error:
                reader.failed = error
                return

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield reader
    finally:
        over.set()
        thread.join()
    if reader.failed is not None:
        raise reader.failed
