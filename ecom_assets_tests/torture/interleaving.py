"""Two runs at once, statement by statement, in an order that is chosen.

Each run is a thread that stops before each statement it sends. Statements of one run that wait for
the other's locks wait, and the other goes on.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any, Literal

from ecom_assets.warehouse.contract import Log, Purpose, Session, Warehouse
from ecom_assets.warehouse.snowflake import SnowflakeSession

Doing = Literal["stopped", "going", "over"]


class Run:
    """A run that takes a step when it is told to.

    Attributes:
        name: of the run.
        doing: whether it has stopped before a statement, goes on, or is over.
        failed: what it ended with.
    """

    def __init__(self, name: str, work: Callable[["Run"], None], changed: threading.Condition):
        self.name = name
        self.doing: Doing = "going"
        self.failed: BaseException | None = None
        self._changed = changed
        self._thread = threading.Thread(target=self._work, args=(work,), daemon=True)
        self._thread.start()

    def _work(self, work: Callable[["Run"], None]) -> None:
        try:
            work(self)
        except BaseException as error:
            self.failed = error
        finally:
            self._now("over")

    def stop(self) -> None:
        """Wait until told to go on."""
        with self._changed:
            self.doing = "stopped"
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.doing == "going")

    def go(self) -> None:
        """Tell it to go on."""
        self._now("going")

    def _now(self, doing: Doing) -> None:
        with self._changed:
            self.doing = doing
            self._changed.notify_all()


Choose = Callable[[list[str], list[str]], str]
"""Who goes on, of those that have stopped; given who has gone on so far."""


def by_chance(chance: Random, stay: float) -> Choose:
    """Whoever went on goes on with some probability, else anybody."""

    def choose(stopped: list[str], order: list[str]) -> str:
        if order and order[-1] in stopped and chance.random() < stay:
            return order[-1]
        return chance.choice(stopped)

    return choose


def interrupted(first: str, statements: int) -> Choose:
    """One goes on for some statements, then the others as far as they can, then the one again."""

    def choose(stopped: list[str], order: list[str]) -> str:
        others = [name for name in stopped if name != first]
        if len(order) < statements and first in stopped:
            return first
        return others[0] if others else first

    return choose


def interleave(
    works: Mapping[str, Callable[[Run], None]], waiting: Callable[[], int], choose: Choose
) -> list[str]:
    """Run these together until all are over.

    Args:
        works: what each does, by name; it calls `stop` before each statement.
        waiting: how many of their statements wait for a lock.
        choose: chooses who goes on.

    Returns: who went on, in order.
    """
    changed = threading.Condition()
    runs = [Run(name, work, changed) for name, work in works.items()]
    order: list[str] = []
    deadline = time.monotonic() + 300
    while any(run.doing != "over" for run in runs):
        assert time.monotonic() < deadline, f"nobody goes on: {order}"
        with changed:
            stopped = [run for run in runs if run.doing == "stopped"]
            going = sum(run.doing == "going" for run in runs)
        # who goes on and does not wait for a lock is at work: nobody else is let go
        if going > waiting() or not stopped:
            time.sleep(0.001)
            continue
        name = choose([run.name for run in stopped], order)
        order.append(name)
        next(run for run in stopped if run.name == name).go()
    for run in runs:
        if run.failed is not None:
            raise AssertionError(f"run {run.name}, in the order {order}") from run.failed
    return order


class SteppingWarehouse:
    """Snowflake, whose statements are stopped before they are sent."""

    def __init__(self, warehouse: Warehouse, run: Run) -> None:
        self._warehouse = warehouse
        self._run = run

    @property
    def url(self) -> str:
        return self._warehouse.url

    @contextmanager
    def session(self, purpose: Purpose, log: Log) -> Iterator[Session]:
        with self._warehouse.session(purpose, log) as session:
            assert isinstance(session, SnowflakeSession)
            send = session._execute

            def execute(statement: str, script: str) -> Any:
                self._run.stop()
                return send(statement, script)

            session._execute = execute  # type: ignore[method-assign]
            yield session

    def rewrite(self, log: Log) -> str:
        return self._warehouse.rewrite(log)
