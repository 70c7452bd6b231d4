"""An S3 that misbehaves: what passes is tried again, what does not is one error, no day is torn."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random
from types import SimpleNamespace

import pytest

from ecom_assets.landing.s3 import BODY_TRIES, REQUEST_TRIES
from ecom_assets.landing.zone import LandingError
from ecom_assets_tests.support.s3_faults import (
    Asked,
    Choose,
    Cut,
    Error,
    FaultyS3,
    Hidden,
    Misbehaviour,
    Stale,
    faulty_s3,
)
from ecom_assets_tests.support.stacks import S3_DUCKDB, Production
from ecom_assets_tests.torture.report import Figures, some
from ecom_assets_tests.torture.stages import Stage
from ecom_assets_tests.torture.states import current, see_balance, see_same, see_whole

pytestmark = pytest.mark.xdist_group("torture")  # they share their stages

Staged = Callable[[str, int], Stage]
ROUNDS = 60
IN_SHORT = 2


@pytest.fixture
def s3(servers: Production, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    """Before the servers' S3; this process's AWS settings lead to it. Pauses between tries are
    taken note of, not made; what stalls is given up after half a second, not a minute."""
    from botocore.config import Config

    monkeypatch.setitem(Config.OPTION_DEFAULTS, "read_timeout", 0.5)
    no_sleep = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: None})
    monkeypatch.setattr("botocore.endpoint.time", no_sleep)
    monkeypatch.setattr("ecom_assets.landing.s3.time", no_sleep)
    with faulty_s3(servers.s3.endpoint) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", proxy.endpoint)
        yield proxy


def once(kind: str, number: int, wrong: Misbehaviour) -> Choose:
    """One request goes wrong."""
    return lambda asked: wrong if (asked.kind, asked.number) == (kind, number) else None


def from_on(kind: str, number: int, wrong: Misbehaviour) -> Choose:
    """One request and all that follow it go wrong."""
    return lambda asked: wrong if asked.kind == kind and asked.number >= number else None


PASSING: dict[str, Choose] = {
    "a listing fails with 500": once("listing", 1, Error(500, "InternalError")),
    "a listing is told to slow down": once("listing", 2, Error(503, "SlowDown")),
    "a listing breaks off": once("listing", 1, Cut(100)),
    "a listing stalls": once("listing", 1, Cut(100, 2)),
    "an object fails with 500": once("object", 2, Error(500, "InternalError")),
    "an object is told to slow down": once("object", 1, Error(503, "SlowDown")),
    "an object breaks off": once("object", 1, Cut(1_000)),
    "an object breaks off before its first byte": once("object", 2, Cut(0)),
    "an object stalls": once("object", 1, Cut(1_000, 2)),
    "every other object breaks off": lambda asked: (
        Cut(2_000) if asked.kind == "object" and asked.number % 2 else None
    ),
    "a listing is stale once": once("listing", 1, Stale()),
}


@pytest.mark.parametrize("what", some("an object breaks off", of=PASSING))
def test_what_passes_is_tried_again_and_the_run_succeeds(
    what: str, s3: FaultyS3, staged: Staged, figures: Figures
) -> None:
    stage = staged(S3_DUCKDB, 2)
    stage.set()
    s3.behave(PASSING[what])
    stage.run()
    assert s3.injected > 0
    figures.count("faults injected", s3.injected)
    see_same(stage.seen(), stage.new, figures, what)


SLOW_DOWN, EXPIRED = Error(503, "SlowDown"), Error(400, "ExpiredToken")
STAYING: dict[str, tuple[Choose, str, int]] = {
    "listings are told to slow down": (
        from_on("listing", 1, SLOW_DOWN),
        "S3 was too busy at every try",
        2 * REQUEST_TRIES,
    ),
    "objects are told to slow down": (
        from_on("object", 2, SLOW_DOWN),
        "S3 was too busy at every try",
        2 + 1 + REQUEST_TRIES,
    ),
    "listings break off": (
        from_on("listing", 1, Cut(100)),
        "S3 was too busy at every try",  # as the SDK takes it
        2 * REQUEST_TRIES,
    ),
    "objects break off": (
        from_on("object", 2, Cut(0)),
        f"broke off after 0 of .* bytes, {BODY_TRIES} times",
        2 + 1 + BODY_TRIES,
    ),
    "the credentials expire between listing and loading": (
        from_on("object", 1, EXPIRED),
        "the credentials have expired; renew them",
        3,
    ),
    "the credentials expire between two files": (
        from_on("object", 2, EXPIRED),
        "the credentials have expired; renew them",
        4,
    ),
    "an object does not have its checksum": (
        once("object", 1, Cut(1_000, unnoticed=True)),
        "do not have its checksum",
        3,
    ),
    "listings stay stale": (from_on("listing", 1, Stale()), "was rewritten", 9),
}


@pytest.mark.parametrize("what", some("the credentials expire between two files", of=STAYING))
def test_what_stays_wrong_is_one_error_within_bounds_and_no_day_is_torn(
    what: str, s3: FaultyS3, staged: Staged, figures: Figures
) -> None:
    choose, said, requests = STAYING[what]
    stage = staged(S3_DUCKDB, 2)
    stage.set()
    s3.behave(choose)
    with pytest.raises(LandingError, match=said) as raised:
        stage.run()
    assert "\n" not in str(raised.value)
    assert len(s3.asked) <= requests
    figures.count("faults injected", s3.injected)
    found = stage.seen()
    figures.count("days checked", see_whole(found, [stage.old], stage.days.days, what))
    s3.behave()
    stage.run()
    see_same(stage.seen(), stage.new, figures, what)


@pytest.mark.torture
def test_a_file_that_a_listing_does_not_have_yet_comes_with_the_next_run(
    s3: FaultyS3, staged: Staged, figures: Figures
) -> None:
    stage = staged(S3_DUCKDB, 2)
    stage.set()
    s3.behave(from_on("listing", 1, Hidden("more.jsonl")))
    stage.run()
    see_balance(current(stage.seen()))
    figures.count("faults injected", s3.injected)
    s3.behave(from_on("listing", 1, Hidden("sales.jsonl")))
    stage.run()
    see_same(
        current(stage.seen()), current(stage.new), figures, "a file that is gone keeps its rows"
    )
    s3.behave()
    stage.run()
    see_same(current(stage.seen()), current(stage.new), figures, "at the end")


WRONG: tuple[Misbehaviour, ...] = (
    *(Error(500, "InternalError"), SLOW_DOWN, Error(503, "ServiceUnavailable"), EXPIRED),
    *(Cut(0), Cut(50), Cut(1_500), Cut(6_000), Hidden("more.jsonl"), Stale()),
)


def test_whatever_goes_wrong_by_chance_no_day_is_torn_and_a_run_again_puts_all_right(
    s3: FaultyS3, staged: Staged, torture: bool, seed: int, figures: Figures
) -> None:
    stage = staged(S3_DUCKDB, 2)
    chance = Random(seed)
    succeeded = 0
    for number in range(ROUNDS if torture else IN_SHORT):
        stage.set()
        share = chance.choice((0.1, 0.3, 0.6))

        def choose(asked: Asked, share: float = share) -> Misbehaviour | None:
            return chance.choice(WRONG) if chance.random() < share else None

        s3.behave(choose)
        with suppress(LandingError):
            stage.run()
            succeeded += 1
        figures.count("faults injected", s3.injected)
        # whole it is, though of which of its files depends on what the listing had
        see_balance(current(stage.seen()))
        s3.behave()
        stage.run()
        see_same(current(stage.seen()), current(stage.new), figures, f"round {number}")
    assert succeeded or not torture
