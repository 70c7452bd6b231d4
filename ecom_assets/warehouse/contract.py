"""The warehouse's contract: sessions that run the project's SQL files and load lines of files.

warehouse = DuckDBWarehouse(Path("data/warehouse.duckdb"))
with warehouse.session(Purpose("raw_sales", run_id, first_day, last_day)) as session:
    with session.transaction("staging"):
        session.run("staging/split", first_day=first_day, ...)
    rows = session.run("staging/quality_by_day", first_day=first_day, last_day=last_day)
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol

from ecom_assets.landing.zone import LandedFile, LandingZone
from ecom_assets.model.tables import Column

Row = Mapping[str, Any]
"""A row of a result: lower-case column names, values as Python's own types (Decimal, date, …)."""

Log = Callable[[str], None]

Layer = Literal["raw", "staging"]
"""Whose turn a transaction takes: that of loads, or that of what is made of RAW."""
LAYERS: Sequence[Layer] = ("raw", "staging")


def goes_on() -> None:
    """What a warehouse asks before work and before each commit, where nothing can end its work."""


class WarehouseError(Exception):
    """The warehouse cannot be used; the text says what is wrong, where, and what to do."""


class WarehouseBusy(WarehouseError):
    """It cannot be used now, but perhaps a little later: another try is worth it."""


@dataclass(frozen=True)
class Purpose:
    """Why a session is opened, for people who look at what the warehouse is doing.

    Attributes:
        step: the step of the graph.
        run_id: the Dagster run.
        first_day: the first event date it is about, where it is about days.
        last_day: the last one.
        read_only: whether nothing but temporary tables will be written.
    """

    step: str
    run_id: str
    first_day: date | None = None
    last_day: date | None = None
    read_only: bool = False


@dataclass(frozen=True)
class LoadedFile:
    """What a load found of one file.

    Attributes:
        file: the file.
        row_count: its lines, counted where they were read, not in the table; None where the file
            is damaged, in which case none of its lines are in the table.
        problem: what is wrong with a damaged file.
    """

    file: LandedFile
    row_count: int | None
    problem: str | None = None


class Session(Protocol):
    """One connection. Used by one thread, and never after its context has ended.

    Attributes:
        lines_at_once: about how many lines of days are well done in one transaction.
    """

    lines_at_once: int

    def run(self, script: str, /, **values: Any) -> Sequence[Row]:
        """Run the statements of `sql/<engine>/<script>.sql`, or else of `sql/<script>.sql`, with
        `values` bound to its `:name`s; the others follow from the stream (`names.py`).

        A signal to the process that raises an error ends the statement at work, in the warehouse,
        too, and leaves the session fit to roll back.

        Returns: the rows of the last statement; none where it is no query.
        """
        ...

    def read_table(self, name: str) -> Sequence[Row]:
        """All rows of a table or view, `schema.name`; in no particular order."""
        ...

    def columns(self) -> Mapping[str, Mapping[str, str]]:
        """The columns of the tables and views as they are: by `SCHEMA.TABLE`, the type of each by
        its name in lower case, in the words of `model/tables.py`."""
        ...

    def history(self) -> Sequence[Row]:
        """The rows of `RAW.SCHEMA_VERSION`; none where there is no such table."""
        ...

    def add_column(self, table: str, column: Column) -> None:
        """Add a column to a table, `SCHEMA.TABLE`, where it is not there."""
        ...

    def define_view(self, script: str) -> None:
        """Make the view of `sql/<script>.sql` anew, where that is not the set-up's to do."""
        ...

    def queries(self) -> Sequence[Row]:
        """The statements of this session so far, so that a person finds them in the warehouse's own
        history; none where it keeps no history. Of each `query_id`, the history's key; `script`,
        the SQL file it came from; `rows`, returned or changed; `milliseconds`, from here, waiting
        included."""
        ...

    def bytes_scanned(self) -> int | None:
        """What the statements of this session have read so far; None where the warehouse's history
        does not say."""
        ...

    def transaction(self, layer: Layer) -> AbstractContextManager[None]:
        """All that is run inside happens, or none of it: an error rolls back and is raised.

        Before it is kept, the warehouse asks whether it is still wanted, and rolls back if not.

        Transactions of the same layer take turns, whoever runs them: what they read of it is what
        is there when they replace it.
        """
        ...

    def rehearsal(self) -> AbstractContextManager[None]:
        """What is run inside leaves the tables of STAGING and ANALYTICS as they are: it reads and
        writes their temporary copies instead, which the caller has made by the names of `copies`
        (`model/tables.py`). A transaction inside takes no turn.

        Raises:
            ValueError: a script would write another table.
        """
        ...

    def load_lines(
        self, zone: LandingZone, files: Sequence[LandedFile], *, load_id: str, loaded_at: datetime
    ) -> Sequence[LoadedFile]:
        """Append every line of the files to RAW, each file whole or not at all.

        Called inside a transaction. A file that vanished since it was listed is left out of the
        answer.
        """
        ...


class Warehouse(Protocol):
    """Something that opens sessions; it costs nothing until the first."""

    @property
    def url(self) -> str:
        """Where it is, for people; without secrets."""
        ...

    def session(self, purpose: Purpose, log: Log) -> AbstractContextManager[Session]:
        """Connect, with the tables in place; those of an earlier version are brought up first
        where that is ours to do.

        Args:
            purpose: what for.
            log: told when there is something to wait for.

        Raises:
            WarehouseError: there is no connection to be had, or the tables are of another version
                of this project, which a session that is `read_only` never brings up.
        """
        ...

    def rewrite(self, log: Log) -> str:
        """Leave no bytes of rows that were deleted, where that is ours to do.

        Returns: where they are all the same, in a sentence; nothing where that is nowhere.

        Raises:
            WarehouseError: there is no connection to be had.
        """
        ...
