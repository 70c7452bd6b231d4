"""Faults at the adapter: before a statement, after it, or with the connection gone in its place.

A statement is what an engine is sent: each of a script, BEGIN and COMMIT, the lines of a load.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from ecom_assets.warehouse.contract import Log, Purpose, Session, Warehouse
from ecom_assets.warehouse.duckdb import DuckDBSession
from ecom_assets.warehouse.snowflake import SnowflakeSession

How = Literal["before", "after", "gone"]
HOWS: tuple[How, ...] = ("before", "after", "gone")


class Injected(Exception):
    """The fault."""


@dataclass
class Fault:
    """At one statement, counted from 1 through all sessions of a run.

    Attributes:
        at: which; 0 for none.
        how: before it, after it (its answer is lost), or in its place the connection goes.
        sent: the statements so far.
    """

    at: int = 0
    how: How = "before"
    sent: list[str] = field(default_factory=list)

    def around(self, statement: str, send: Callable[[], Any], drop: Callable[[], None]) -> Any:
        """Send a statement, or do not."""
        self.sent.append(" ".join(statement.split())[:60])
        here = len(self.sent) == self.at
        if here and self.how == "gone":
            drop()
        if here and self.how != "after":
            raise Injected(self.sent[-1])
        answer = send()
        if here:
            raise Injected(self.sent[-1])
        return answer


class FaultyWarehouse:
    """A warehouse whose statements may fail."""

    def __init__(self, warehouse: Warehouse, fault: Fault) -> None:
        self._warehouse = warehouse
        self._fault = fault

    @property
    def url(self) -> str:
        return self._warehouse.url

    def session(self, purpose: Purpose, log: Log) -> AbstractContextManager[Session]:
        return self._session(purpose, log)

    @contextmanager
    def _session(self, purpose: Purpose, log: Log) -> Iterator[Session]:
        with self._warehouse.session(purpose, log) as session:
            if isinstance(session, DuckDBSession):
                session._connection = _DuckDB(session._connection, self._fault)  # type: ignore[assignment]
            elif isinstance(session, SnowflakeSession):
                _intercept(session, self._fault)
            yield session

    def rewrite(self, log: Log) -> str:
        return self._warehouse.rewrite(log)


class _DuckDB:
    """DuckDB's connection, with the fault."""

    def __init__(self, connection: Any, fault: Fault) -> None:
        self._real = connection
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def execute(self, statement: str) -> Any:
        return self._around(statement, lambda: self._real.execute(statement))

    def begin(self) -> Any:
        return self._around("begin", self._real.begin)

    def commit(self) -> Any:
        return self._around("commit", self._real.commit)

    def _around(self, statement: str, send: Callable[[], Any]) -> Any:
        return self._fault.around(statement, send, self._real.close)


def _intercept(session: SnowflakeSession, fault: Fault) -> None:
    send, connection = session._execute, session._connection

    def execute(statement: str, script: str) -> Any:
        if statement == "rollback":
            return send(statement, script)
        return fault.around(statement, lambda: send(statement, script), drop)

    def drop() -> None:
        """Nothing reaches the server any more, not even that the session is over."""

        def nothing(*_: Any, **__: Any) -> Any:
            raise ConnectionError("gone")

        connection.cursor = nothing  # type: ignore[method-assign]
        connection.close = lambda *_, **__: None  # type: ignore[method-assign]

    session._execute = execute  # type: ignore[method-assign]
