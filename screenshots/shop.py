"""The shop in the pictures: thirty days with files of their own, and runs of a real `dagster dev`.

The days end with yesterday, as the UI's bars of partitions do. What lies in the files of a day is
the same whenever the pictures are taken.
"""

import gzip
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ecom_assets.alerts.digest import JOB as DIGEST_JOB
from ecom_assets.generator.day import expected_rows, generate_day
from ecom_assets.landing.zone import folder_of
from ecom_assets.partitions import EventDays
from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.support.dev_server import DevServer, clean_environment, dev_server, until

DAYS = 30
WEEK = 7
BAD_DAY = 18
"""The day, counted from 1, on which an app's new version writes amounts with a decimal comma."""
SEED = 1
EVENTS_PER_DAY = 2_000
APP = "app.jsonl.gz"
FILES = (APP, "shops.jsonl", "web.jsonl")
LANDING = "data/landing"

Say = Callable[[str], None]


class Shop:
    """A running shop.

    Attributes:
        dev: the running `dagster dev`.
        home: the folder that all of it is in.
        days: the days with files.
        backfill: the id of the backfill of the days after the first week.
    """

    def __init__(self, dev: DevServer, home: Path, days: EventDays, say: Say) -> None:
        self.dev = dev
        self.home = home
        self.days = days
        self.backfill = ""
        self._say = say

    @property
    def url(self) -> str:
        """Where the UI is."""
        return f"http://127.0.0.1:{self.dev.port}"

    @property
    def bad_day(self) -> date:
        """The day that is held."""
        return _bad_day(self.days)

    @property
    def rewritten_day(self) -> date:
        """The day that is restated."""
        return self.bad_day + timedelta(days=4)

    @property
    def form(self) -> Mapping[str, str]:
        """The form of `decide`, filled in to publish the bad day."""
        return {
            "decision": "publish",
            "who": "Ann",
            "why": "the app's amounts come right next week; the finance team knows",
            "first_day": str(self.bad_day),
        }

    def environment(self) -> dict[str, str]:
        """The environment of a command that works on this shop."""
        return clean_environment(
            DAGSTER_HOME=str(self.home),
            PYTHONPATH=str(PROJECT_ROOT),
            **_settings(self.home, self.days),
        )

    def open(self) -> None:
        """Run the first week, and a backfill of the days after it, of which the bad one is held."""
        week = EventDays(self.days.first, self.days.first + timedelta(days=WEEK - 1))
        self._say(f"a run for {week}")
        self._succeed(self.dev.launch(week.first, week.last))
        others = EventDays(week.last + timedelta(days=1), self.days.last)
        self._say(f"a backfill for {others}, with a bad day, {self.bad_day}")
        self.backfill = self.dev.backfill(others.first, others.last)
        until(lambda: self._backfilled() not in ("REQUESTED", "FAILING"), "it ends", 900)
        assert self._backfilled() == "COMPLETED_FAILED", self._backfilled()

    def put_right(self) -> None:
        """Let the app send the bad day's file again, as it should be."""
        self._say(f"{self.bad_day} again, with a good file")
        _land_files(self.home / LANDING, EventDays(self.bad_day, self.bad_day))
        self._succeed(self.dev.launch(self.bad_day))
        self._succeed(self.dev.launch(job=DIGEST_JOB))

    def rewrite(self) -> None:
        """Let the app send a day's file again with every fifth line changed, and load it alone."""
        self._say(f"{self.rewritten_day} again, with other lines of the app")
        path = self.home / LANDING / folder_of(self.rewritten_day) / APP
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        lines[::50] = [_with_decimal_comma(line) for line in lines[::50]]
        lines[1::5] = [_dearer(line) for line in lines[1::5]]
        path.write_bytes(gzip.compress(b"".join(lines), mtime=0))
        self._succeed(self.dev.launch(self.rewritten_day, assets=["sales_files", "raw_sales"]))

    def plan(self) -> str:
        """Plan a replay of the rewritten day; the run's id."""
        day = str(self.rewritten_day)
        run_id = self.dev.launch(job="plan", config={"first_day": day, "last_day": day})
        self._succeed(run_id)
        return run_id

    def publish_by_decision(self) -> None:
        """Decide to publish the bad day as it is, and run it and the rewritten day."""
        self._say(f"{self.bad_day} is published by decision")
        self._succeed(self.dev.launch(job="decide", config=self.form))
        for day in (self.rewritten_day, self.bad_day):
            self._succeed(self.dev.launch(day))

    def _backfilled(self) -> str:
        return self.dev.backfill_status(self.backfill)

    def _succeed(self, run_id: str) -> None:
        assert self.dev.ended(run_id, seconds=600) == "SUCCESS", self.dev.log()


@contextmanager
def shop_of_thirty_days(say: Say) -> Iterator[Shop]:
    """A shop whose files have come; all of it is gone at the end.

    Args:
        say: told what is going on.
    """
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    days = EventDays(yesterday - timedelta(days=DAYS - 1), yesterday)
    with tempfile.TemporaryDirectory(prefix="ecom_assets-") as folder:
        home = Path(folder)
        _land_files(home / LANDING, days, spoilt=_bad_day(days))
        say("dagster dev starts")
        with dev_server(home, None, **_settings(home, days)) as dev:
            yield Shop(dev, home, days, say)


def _bad_day(days: EventDays) -> date:
    return days.first + timedelta(days=BAD_DAY - 1)


def _settings(home: Path, days: EventDays) -> dict[str, str]:
    return {
        "ECOM_LANDING": str(home / LANDING),
        "ECOM_DUCKDB_PATH": str(home / "data/warehouse.duckdb"),
        "ECOM_START_DATE": str(days.first),
    }


def _land_files(landing: Path, days: EventDays, spoilt: date | None = None) -> None:
    for day in days.days:
        rows = expected_rows(day, average=EVENTS_PER_DAY, seed=SEED)
        lines = b"".join(generate_day(day, seed=SEED, rows=rows)).splitlines(keepends=True)
        files = {name: lines[start::3] for start, name in enumerate(FILES)}
        if day == spoilt:
            files[APP] = [_with_decimal_comma(line) for line in files[APP]]
        folder = landing / folder_of(day)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            data = b"".join(content)
            (folder / name).write_bytes(gzip.compress(data, mtime=0) if name == APP else data)


def _with_decimal_comma(line: bytes) -> bytes:
    """What the app's new version sends: an amount such as "12,50"."""
    return re.sub(rb'"total_amount":([0-9]+)\.([0-9]+)', rb'"total_amount":"\1,\2"', line)


def _dearer(line: bytes) -> bytes:
    """A line with a total that is ten times as high."""
    return re.sub(rb'"total_amount":([0-9]+)', rb'"total_amount":\g<1>0', line)
