"""Production as `deploy/` has it, with a backfill, while each of its parts is killed at random.

PostgreSQL, an S3 server, the code location in a container of its own where the machine lets us make
one, webserver, daemon and nginx as real processes; whatever has ended is started again as compose's
`restart: unless-stopped` does it. In the middle a new version of the code is deployed.
"""

import json
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import psutil
import pytest

from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.conftest import event
from ecom_assets_tests.docs.test_recipes import perform
from ecom_assets_tests.support.deployment import (
    LOGIN,
    OURS,
    Deployment,
    Storage,
    asked,
    nginx_service,
    postgres,
)
from ecom_assets_tests.support.dev_server import Ui, until
from ecom_assets_tests.support.s3_servers import rclone_service
from ecom_assets_tests.torture.report import Figures
from ecom_assets_tests.torture.test_endings import AT_WORK

FIRST = date(2026, 1, 5)
DAYS, DAYS_OF_A_BACKFILL = 60, 10
LINES, BAD_LINES = 40, 2
KILLS = 10
"""Of each part."""
RUN = "a run"
SECONDS_BETWEEN = (1.0, 6.0)
MOST_SECONDS = 1800
POOL, PLACES = "warehouse", 2
DONE, NOT_DONE = ("COMPLETED_SUCCESS",), ("COMPLETED_FAILED", "FAILED", "CANCELED", "COMPLETED")


class Proxied(Ui):
    """The webserver behind nginx, as the page in a browser asks it."""

    def sent(self, body: str) -> bytes:
        headers = {**LOGIN, "Origin": OURS, "Content-Type": "application/json"}
        answer = asked(self.port, "/graphql", headers, body.encode())
        if answer is None or answer[0] != 200:
            raise urllib.error.URLError(f"nginx answers {answer and answer[0]}")
        return bytes(answer[1].encode())


@dataclass
class Range:
    """Some days, and the backfill of theirs."""

    first: date
    last: date
    backfill: str | None = None
    version: int = 0
    """Of the code that was deployed when it was launched."""
    is_done: bool = False


class Production(Deployment):
    """The deployment with S3 and nginx, and what a user does to it."""

    def __init__(self, root: Path, storage: Storage, chance: Random) -> None:
        (root / "buckets").mkdir()
        self.s3, s3_service = rclone_service(root / "buckets")
        self._root, self._chance = root, chance
        self.database = root / "warehouse.duckdb"
        settings = {
            "ECOM_LANDING": f"s3://{self.s3.bucket}/landing",
            "ECOM_SOURCE": "external",
            "ECOM_WAREHOUSE": "duckdb",
            "ECOM_DUCKDB_PATH": str(self.database),
            **self.s3.environment(),
        }
        super().__init__(root, storage, settings)
        proxy = nginx_service(root, self.ui.port)
        self.services += [s3_service, proxy]
        assert proxy.port
        self.ui = Proxied(proxy.port)
        self.version = 0
        self.set_version(1)
        self.over = threading.Event()
        self.killed: Counter[str] = Counter()
        self.errors: list[BaseException] = []
        self.told: list[str] = []

    def tell(self, text: str) -> None:
        """Note what happens, for whoever looks why a test has failed."""
        self.told.append(f"{time.strftime('%H:%M:%S')} {text}")
        with (self._root / "told.log").open("a") as log:
            log.write(self.told[-1] + "\n")

    def set_version(self, number: int) -> None:
        """The code of a version, and the name of its container: in both the loads hold places in a
        pool, and the second has one rule more."""
        copy = self._root / f"version-{number}"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT_ROOT / "ecom_assets", copy / "ecom_assets", ignore=ignored)
        raw = copy / "ecom_assets" / "assets" / "raw.py"
        text = raw.read_text()
        assert text.count('name="raw_sales",') == 1
        raw.write_text(
            text.replace('name="raw_sales",', f'name="raw_sales",\n        pool="{POOL}",')
        )
        if number > 1:
            perform("Add a quality rule", copy)
        self.code.environment = {**self.environment, "PYTHONPATH": str(copy)}
        self.code.host = f"code-{number}"
        self.version = number

    def deploy(self) -> None:
        """Stop the container of the code location, and start one of the next version."""
        self.tell("deploy")
        self.code.end(seconds=5)
        self.set_version(self.version + 1)
        self.code.start()

    def land(self, days: Sequence[date]) -> None:
        """The files of these days."""
        client = self.s3.client()
        for day in days:
            lines = [json.dumps(one) for one in events_of(day)] + ["no JSON"] * BAD_LINES
            client.put_object(
                Bucket=self.s3.bucket,
                Key=f"landing/dt={day}/sales.jsonl",
                Body="".join(f"{line}\n" for line in lines).encode(),
            )

    def limit_the_pool(self) -> None:
        """As on the UI's page of concurrency."""
        self.ui.ask(
            "mutation($key: String!, $limit: Int!) "
            "{setConcurrencyLimit(concurrencyKey: $key, limit: $limit)}",
            key=POOL,
            limit=PLACES,
        )

    @contextmanager
    def restarted(self) -> Iterator[None]:
        """Start again what has ended, as Docker does: after 0.1 s, after twice as long each time
        that it has ended within ten seconds, after a minute at most."""
        over = threading.Event()

        def watch() -> None:
            began = {service.name: time.monotonic() for service in self.services}
            waits = dict.fromkeys(began, 0.1)
            due: dict[str, float] = {}
            while not over.wait(0.05):
                for service in self.services:
                    name, now = service.name, time.monotonic()
                    if not service.wanted or service.is_running():
                        continue
                    if name not in due:
                        lasted = now - began[name]
                        waits[name] = 0.1 if lasted > 10 else min(60, waits[name] * 2)
                        due[name] = now + waits[name]
                        self.tell(f"{name} has ended after {lasted:.0f} s")
                    elif now >= due[name]:
                        del due[name]
                        service.start()
                        began[name] = time.monotonic()

        thread = threading.Thread(target=watch, name="restarts", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def kill_all_parts(self) -> None:
        """Kill each part so many times, at moments of chance while all of them are up."""
        try:
            parts = [*(service.name for service in self.services), RUN] * KILLS
            self._chance.shuffle(parts)
            for part in parts:
                time.sleep(self._chance.uniform(*SECONDS_BETWEEN))
                until(partial(self._is_killed, part), f"{part} is killed", 300, pause=0.1)
                self.tell(f"killed {part}")
                self.killed[part] += 1
                until(self._are_up, "all parts are up again", 300, pause=0.1)
        except BaseException as error:
            self.errors.append(error)
        finally:
            self.over.set()

    def _are_up(self) -> bool:
        return all(service.is_up() for service in self.services)

    def _is_killed(self, part: str) -> bool:
        if part == RUN:
            at_work = [one for one in self.code.processes() if _is_a_run(one)]
            if at_work:
                self._chance.choice(at_work).kill()
            return bool(at_work)
        (service,) = (service for service in self.services if service.name == part)
        if not (service.wanted and service.is_up()):
            return False
        service.kill()
        return True

    def tend(self, ranges: Sequence[Range]) -> int:
        """What a user does who looks: launch what was not launched, and again what has failed, or
        was done by the version before.

        Returns: how many were launched again because they had failed.
        """
        again = 0
        for days in ranges:
            try:
                status = days.backfill and self.ui.backfill_status(days.backfill)
                if status in DONE and days.version == self.version:
                    days.is_done = True
                elif status is None or status in (*DONE, *NOT_DONE):
                    version = self.version
                    days.backfill = self.ui.backfill(days.first, days.last)
                    days.version = version
                    if status in NOT_DONE:
                        self.tell(f"launched again: backfill of {days.first}")
                        again += 1
            # no answer, or one about a database or a code location that is not there
            except (AssertionError, OSError, KeyError, TypeError):
                continue
        return again


def _is_a_run(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline()) and process.status() != "zombie"
    except psutil.NoSuchProcess:
        return False


def events_of(day: date) -> Sequence[dict[str, Any]]:
    """The good lines of a day; the second version calls the first of them a test."""
    return [
        event(
            f"{day}-{n}",
            event_ts=f"{day}T{n % 24:02d}:00:00Z",
            quantity=1 + n % 3,
            total_amount=12.5 * (1 + n % 3),
            payment_method="paypal" if n else "test",
        )
        for n in range(LINES)
    ]


@pytest.mark.torture
@pytest.mark.needs("nginx", "openssl")
def test_a_backfill_while_each_part_of_production_is_killed_and_a_version_deployed_is_right(
    tmp_path: Path, seed: int, figures: Figures
) -> None:
    start = time.monotonic()
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    ranges = [
        Range(first, first + timedelta(days=DAYS_OF_A_BACKFILL - 1))
        for first in days[::DAYS_OF_A_BACKFILL]
    ]
    again = 0
    with postgres() as storage:
        here = Production(tmp_path, storage, Random(seed))
        with here.started(), here.restarted():
            here.land(days)
            here.limit_the_pool()
            killer = threading.Thread(target=here.kill_all_parts, name="kills", daemon=True)
            killer.start()

            def look() -> None:
                nonlocal again
                again += here.tend(ranges)
                if here.version == 1 and here.killed.total() >= 3 * KILLS:
                    here.deploy()
                time.sleep(0.5)

            while not here.over.is_set():
                look()
                if here.version > 1 and all(one.is_done for one in ranges):
                    here.tell("all are done: once more")
                    for one in ranges:
                        one.backfill, one.is_done = None, False
            killer.join()
            assert not here.errors, (here.errors, here.told[-30:])
            here.tell("no kills any more")
            calm = time.monotonic()
            after_kills = again
            while not all(one.is_done for one in ranges):
                assert time.monotonic() - start < MOST_SECONDS, (here.told[-30:], ranges)
                look()
            until(lambda: not here.ui.runs(statuses=list(AT_WORK)), "all runs have ended", 400)
            until(lambda: not held(here), "no place is held", 60)
            here.tell(f"calm within {time.monotonic() - calm:.0f} s")
            runs = Counter(run["status"] for run in here.ui.runs())
            here.tell(f"{dict(runs)}, again {again}, after kills {again - after_kills}")
            doctor = subprocess.run(
                [sys.executable, "-m", "ecom_assets.doctor"],
                cwd=here.home,
                env=here.code.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            here.tell(doctor.stdout)
            assert doctor.returncode == 0, doctor.stdout
            assert here.ui.partitions("fact_sales")["numMaterialized"] == DAYS
            assert here.ui.partitions("fact_sales")["numFailed"] == 0
    figures.count("faults injected", here.killed.total())
    figures.count("operations run", runs.total())
    figures.count("days checked", DAYS)
    see_all_days_right(here.database, days, figures)
    assert set(here.killed.values()) == {KILLS}, here.killed


def held(here: Production) -> Sequence[Any]:
    """Places of the pool that are taken."""
    return here.storage.ask(
        "select run_id from concurrency_slots where run_id is not null union all "
        "select run_id from pending_steps"
    )


def see_all_days_right(database: Path, days: Sequence[date], figures: Figures) -> None:
    """See that the tables hold each day as its file has it, by the rules of the second version."""
    with duckdb.connect(database, read_only=True) as connection:

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql).fetchall()

        counts = rows(
            "select event_date, raw_rows, clean_rows, reject_rows from staging.sales_quality "
            "order by all"
        )
        assert counts == [(day, LINES + BAD_LINES, LINES - 1, BAD_LINES + 1) for day in days]
        facts = rows("select event_date, event_id, total_amount from analytics.fact_sales")
        totals = rows(
            "select event_date, sales, revenue from analytics.fact_sales_days order by all"
        )
    wanted = {
        (day, one["event_id"], Decimal(str(one["total_amount"])))
        for day in days
        for one in events_of(day)[1:]
    }
    found = Counter(facts)
    figures.count("rows compared", len(facts))
    figures.count("lost", len(wanted - set(found)))
    figures.count("doubled", sum(found.values()) - len(found))
    assert found == Counter(wanted)
    assert totals == [
        (day, LINES - 1, sum(one[2] for one in wanted if one[0] == day)) for day in days
    ]
