"""Transactions of the Snowflake double that keep each other waiting, as the documentation says.

From Snowflake's page "Transactions" (sections resource locking, READ COMMITTED, aborting
transactions); DuckDB below knows none of it, and lets the second of two writers fail.

- UPDATE and DELETE lock their table until the transaction ends; others wait. Snowflake locks
  partitions, so a statement that finds no row to change is taken to lock nothing here: it is for
  the pipeline not to rely on more.
- INSERT and COPY neither lock nor wait.
- DDL would commit the transaction: here it is an error.
- A client that is gone leaves its transaction open with its locks. One that keeps others waiting
  and has been idle for some time is rolled back.

What cannot be shown: that a statement sees what others commit while its own transaction is open
(DuckDB shows a transaction what was there at its first statement), and that a new statement sees at
once what another session has just committed (READ_CONSISTENCY_MODE).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from snowflake.connector import errors
from sqlglot import exp, parse_one

DDL = ("create", "alter", "drop", "truncate", "grant", "revoke", "comment")
IDLE_SECONDS = 300.0
LOCK_SECONDS = 180.0
"""How long a statement waits here, whatever its session asks for: no test has a reason to wait."""


@dataclass
class Session:
    """What a connection has open.

    Attributes:
        connection: fakesnow's.
        in_transaction: since its BEGIN.
        started: whether DuckDB's transaction has begun: at the first statement, for its snapshot
            must not be older than a lock that was waited for.
        aborted: rolled back while it was idle.
        busy: a statement is at work.
        since: when the last one ended.
    """

    connection: Any
    in_transaction: bool = False
    started: bool = False
    aborted: bool = False
    busy: bool = False
    since: float = field(default_factory=time.monotonic)


class Locks:
    """Of all tables of the account.

    Attributes:
        idle_seconds: after which an idle transaction that others wait for is rolled back.
        waiting: how many statements wait now.
        waited: how many have waited.
        rolled_back: how many transactions were ended for being idle.
        canceled: statements that their clients no longer want, as they asked for it; one that waits
            is an error then.
    """

    def __init__(self) -> None:
        self.idle_seconds = IDLE_SECONDS
        self.waiting = 0
        self.waited = 0
        self.rolled_back = 0
        self.canceled: set[str] = set()
        self._sessions: dict[int, Session] = {}
        self._held: dict[str, Session] = {}
        self._changed = threading.Condition()

    def execute(
        self, cursor: Any, command: str, run: Callable[[Any, str], Any], go: Callable[[], Any]
    ) -> Any:
        """Execute a statement when its turn has come.

        Args:
            cursor: fakesnow's.
            command: the statement.
            run: executes another statement on another cursor.
            go: executes it.
        """
        connection = cursor._conn
        with self._changed:
            session = self._sessions.setdefault(id(connection), Session(connection))
            session.busy = True
        try:
            return self._in_turn(session, cursor, command, run, go)
        finally:
            with self._changed:
                if not session.in_transaction:
                    self._release(session)
                session.busy, session.since = False, time.monotonic()
                self._changed.notify_all()

    def _in_turn(
        self,
        session: Session,
        cursor: Any,
        command: str,
        run: Callable[[Any, str], Any],
        go: Callable[[], Any],
    ) -> Any:
        verb = command.split(maxsplit=1)[0].lower().rstrip(";")
        if verb == "begin":
            assert not session.in_transaction, "BEGIN in a transaction is ignored by Snowflake"
            session.in_transaction, session.started, session.aborted = True, False, False
            return run(cursor, "select 'Statement executed successfully.' as status")
        if verb in ("commit", "rollback"):
            return self._end(session, cursor, verb, run, go)
        if session.aborted:
            raise errors.ProgrammingError(msg="The transaction was aborted.", errno=90232)
        assert not (session.in_transaction and verb in DDL), f"it would commit: {command}"
        if verb in ("update", "delete"):
            self._lock(session, command, run)
        if session.in_transaction and not session.started:
            session.started = True
            run(session.connection.cursor(), "begin")
        return go()

    def _end(
        self,
        session: Session,
        cursor: Any,
        verb: str,
        run: Callable[[Any, str], Any],
        go: Callable[[], Any],
    ) -> Any:
        was_aborted, started = session.aborted, session.started
        session.in_transaction = session.started = session.aborted = False
        if was_aborted and verb == "commit":
            raise errors.ProgrammingError(msg="The transaction was aborted.", errno=90232)
        if started and not was_aborted:
            return go()
        return run(cursor, "select 'Statement executed successfully.' as status")

    def _lock(self, session: Session, command: str, run: Callable[[Any, str], Any]) -> None:
        place, query = _locked(command)
        look = session.connection.cursor()
        run(look, query)
        if not look.fetchall():
            return
        table = f"{session.connection.database}.{place}".upper()
        with self._changed:
            self._wait(session, table, command)
            self._held[table] = session

    def _wait(self, session: Session, table: str, command: str) -> None:
        deadline = time.monotonic() + LOCK_SECONDS
        waits = self._held.get(table) not in (None, session)
        self.waiting += waits
        self.waited += waits
        try:
            while (holder := self._held.get(table)) not in (None, session):
                assert holder is not None
                if not holder.busy and time.monotonic() - holder.since > self.idle_seconds:
                    self._abort(holder)
                elif command in self.canceled:
                    raise errors.ProgrammingError(
                        msg="SQL execution canceled", errno=604, sqlstate="57014"
                    )
                elif time.monotonic() > deadline:
                    raise errors.ProgrammingError(
                        msg=f"Statement 'x' has locked table '{table}' in transaction 1 and this "
                        "lock has not yet been released. Your statement 'y' was aborted because "
                        f"waiting for this lock is limited to {LOCK_SECONDS:.0f} seconds.",
                        errno=625,
                        sqlstate="57014",
                    )
                else:
                    self._changed.wait(0.05)
        finally:
            self.waiting -= waits

    def _abort(self, session: Session) -> None:
        self.rolled_back += 1
        if session.started:
            session.connection._duck_conn.rollback()
            session.connection._in_transaction = False
        session.aborted, session.started = True, False
        self._release(session)

    def _release(self, session: Session) -> None:
        for table in [table for table, holder in self._held.items() if holder is session]:
            del self._held[table]

    def close(self, connection: Any) -> None:
        """A session ends: what it has open is rolled back."""
        with self._changed:
            session = self._sessions.pop(id(connection), None)
            if session is None:
                return
            if session.started and not session.aborted:
                connection._duck_conn.rollback()
            self._release(session)
            self._changed.notify_all()


@lru_cache(maxsize=1_000)
def _locked(command: str) -> tuple[str, str]:
    """The table that a statement changes, and a query that finds a row if it changes one."""
    statement = parse_one(command, read="snowflake")
    place = statement.this
    query = exp.select("1").from_(place.copy()).limit(1)
    if where := statement.args.get("where"):
        query = query.where(where.this.copy())
    return f"{place.db or 'STAGING'}.{place.name}", query.sql(dialect="snowflake")


class EndingSessions(dict[str, Any]):
    """The server's sessions; one that is deleted ends, with what it has open."""

    def __init__(self, locks: Locks) -> None:
        super().__init__()
        self._locks = locks

    def __delitem__(self, token: str) -> None:
        self._locks.close(self[token])
        super().__delitem__(token)
