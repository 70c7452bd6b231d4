"""Runs that are killed or told to stop at any moment, whoever has started them, and the next run.

Each is followed at once by another run of the same day, which has to end, and by a look at the
tables. A run of the daemon is one that a backfill has launched.
"""

import os
import signal
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import duckdb
import pytest

from ecom_assets.stopping import PROCESS_TAG
from ecom_assets_tests.conftest import DAY, event, write_lines
from ecom_assets_tests.stopping.shop import SECONDS, Shop
from ecom_assets_tests.support.dev_server import DevServer, dev_server, until
from ecom_assets_tests.torture.report import Figures

KINDS = ("command line", "ui", "command line", "ui", "daemon")
AT_WORK = ("QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING")
MOST = 4.0
"""Seconds that a run of a day takes after its process has begun to execute it, or some more."""


class Endings:
    """A shop, its server, and a day whose file is another one for each run that is ended."""

    def __init__(self, shop: Shop, server: DevServer, chance: Random) -> None:
        self.shop = shop
        self.server = server
        self.chance = chance
        self.version = 0
        self.seen: Counter[str] = Counter()

    def land(self) -> None:
        """The day's file anew, with other events, and more of them."""
        self.version += 1
        events = [event(f"{self.version}-{n}") for n in range(5 + self.version)]
        write_lines(self.shop.home / "landing" / f"dt={DAY}" / "sales.jsonl", events)

    def start(self, kind: str) -> tuple[str, int]:
        """Start a run; its id and its process, as soon as this is about to execute it."""
        before = {run["runId"] for run in self.server.runs()}
        if kind == "command line":
            self.shop.start()
        elif kind == "ui":
            self.server.launch(DAY)
        else:
            self.server.backfill(DAY, DAY)

        def begun() -> tuple[str, int] | None:
            for run in self.server.runs():
                if run["runId"] not in before and PROCESS_TAG in run["tags"]:
                    return run["runId"], int(run["tags"][PROCESS_TAG].split()[1])
            return None

        found = until(begun, f"a run of the {kind} begins", pause=0.05)
        assert found is not None
        time.sleep(self.chance.uniform(0, MOST))
        return found

    def kill(self, kind: str) -> bool:
        """Kill a run; whether it was at work."""
        _, process = self.start(kind)
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def stop(self, kind: str) -> bool:
        """Stop a run in one of the ways there are, and see it CANCELED; whether it was at work."""
        run_id, process = self.start(kind)
        how = self.chance.choice(["terminate", "force", "SIGINT", "SIGTERM"])
        start = time.monotonic()
        if how in ("terminate", "force"):
            told = self.server.terminate(run_id, force=how == "force")
            at_work = told == "TerminateRunSuccess"
        else:
            at_work = False
            with suppress(ProcessLookupError):
                os.kill(process, getattr(signal, how))
                at_work = True
        status = self.server.ended(run_id, SECONDS)
        until(lambda: not _exists(process), "its process ends", SECONDS)
        assert time.monotonic() - start < SECONDS, f"{how} of the {kind}"
        # it may have ended by itself before the signal came to it
        assert status in ("CANCELED", "SUCCESS"), f"{how} of the {kind}: {status}"
        assert self.server.ended(run_id) == status
        self.seen[f"{how} {status}"] += 1
        return at_work and status == "CANCELED"

    def run(self, kind: str) -> None:
        """A run that nobody disturbs, at once; it has to end."""
        if kind == "command line":
            self.shop.run()
        else:
            assert self.server.ended(self.server.launch(DAY), 90) == "SUCCESS"

    def whole_days(self) -> int:
        """See that the tables hold the day whole, as its file is; how many rows that is."""
        try:
            until(lambda: not self.server.runs(statuses=list(AT_WORK)), "all runs end", 60)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.server.runs()}\n{self.server.log()}") from error
        wanted = {f"event-{self.version}-{n}" for n in range(5 + self.version)}
        with duckdb.connect(self.shop.database, read_only=True) as connection:
            for table in ("staging.stg_sales_clean", "analytics.fact_sales"):
                rows = connection.execute(f"select event_id from {table}").fetchall()
                assert Counter(row for (row,) in rows) == Counter(wanted), table
            rejects = connection.execute("select count(*) from staging.stg_sales_rejects")
            assert rejects.fetchone() == (0,)
        return len(wanted)


@pytest.mark.torture  # stopping/ has one of each kind in the short form
@pytest.mark.parametrize("what", ["kill", "stop"])
def test_a_run_ended_at_any_moment_is_followed_by_one_that_ends_and_tables_that_are_right(
    what: str, tmp_path: Path, seed: int, figures: Figures
) -> None:
    ended = 0
    # a run of the command line that is killed stays in the list of processes until the end
    with (
        closing(Shop(tmp_path)) as shop,
        dev_server(tmp_path, **shop.settings) as server,  # type: ignore[arg-type]
    ):
        endings = Endings(shop, server, Random(seed))
        wanted = 50
        for number in range(wanted * 2):
            kind = KINDS[number % len(KINDS)]
            endings.land()
            was_at_work = getattr(endings, what)(kind)
            endings.run(kind)
            figures.count("rows compared", endings.whole_days())
            figures.count("days checked")
            figures.count("faults injected", was_at_work)
            ended += was_at_work
            if ended == wanted:
                break
    assert ended == wanted, dict(endings.seen)


def _exists(process: int) -> bool:
    try:
        with Path(f"/proc/{process}/stat").open() as told:
            return told.read().rpartition(")")[2].split()[0] != "Z"  # nobody has waited for it yet
    except (FileNotFoundError, ProcessLookupError):
        return False
