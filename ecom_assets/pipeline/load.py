"""Loading: the files of some days become lines of RAW, once per version of the file.

What is right or wrong with a line is decided in staging; nothing is dropped here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from ecom_assets.landing.zone import FileChanged, LandedFile, LandingZone
from ecom_assets.model.limits import VanishedFiles
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.forget import erase_lines
from ecom_assets.pipeline.pieces import LINE_BYTES, in_pieces, no_log
from ecom_assets.warehouse.contract import LoadedFile, Log, Row, Session
from ecom_assets.warehouse.expressions import files_table, literal
from ecom_assets.warehouse.rows import now

TRIES = 3
"""A file that is rewritten while it is loaded is listed and loaded again this often."""
GZIP_RATIO = 6
"""How much more bytes a compressed file has, about, once it is read."""
FILES_PER_STATEMENT = 400
"""Files entered into the ledger by one statement, which Snowflake takes up to 1 MB of; see there
(`FILES_PER_COPY`)."""


@dataclass(frozen=True)
class RawLoad:
    """What a load did.

    Attributes:
        loaded: the new and rewritten files, damaged ones among them.
        dropped: the ledger's entries of files that have vanished, and count no more.
    """

    loaded: Sequence[LoadedFile]
    dropped: Sequence[Row] = ()


def load_new_files(
    session: Session,
    landing: LandingZone,
    days: EventDays,
    *,
    run_id: str,
    log: Log,
    progress: Log = no_log,
    keep_or_drop: VanishedFiles = "keep",
) -> RawLoad:
    """Load the files of these days that RAW does not have in their present version.

    Lines and ledger are written in one transaction, or for many lines in one for each piece of
    days. A file that vanished keeps its rows, or with `keep_or_drop="drop"` loses them in that
    transaction. `log` is told of files that changed meanwhile, `progress` of pieces.

    Raises:
        LandingError: the landing zone cannot be read.
        WarehouseError: the warehouse cannot be used.
    """
    # before the files are listed: what another run enters meanwhile has not vanished
    ledger = _ledger(session, days)
    listed = landing.list_files(days.first, days.last)
    lines: Counter[date] = Counter()
    for file in _not_loaded(ledger, listed):
        lines[file.day] += file.size * (GZIP_RATIO if file.is_gzip else 1) // LINE_BYTES
    whole = RawLoad([])
    for piece in in_pieces(days, lines, session.lines_at_once, "loaded", progress):
        here = {*piece.days}
        there = [file for file in listed if file.day in here]
        entered = {name: row for name, row in ledger.items() if row["batch_date"] in here}
        load = _load_piece(session, landing, piece, entered, there, run_id, log, keep_or_drop)
        whole = RawLoad([*whole.loaded, *load.loaded], [*whole.dropped, *load.dropped])
    return whole


def _load_piece(
    session: Session,
    landing: LandingZone,
    days: EventDays,
    before: Mapping[str, Row],
    listed: Sequence[LandedFile],
    run_id: str,
    log: Log,
    keep_or_drop: VanishedFiles,
) -> RawLoad:
    for attempt in range(1, TRIES + 1):
        if attempt > 1:
            before = _ledger(session, days)
            listed = landing.list_files(days.first, days.last)
        vanished = _vanished(landing, before, listed) if keep_or_drop == "drop" else []
        if not vanished and not _not_loaded(before, listed):
            return RawLoad([])
        session.run("erasure/temporary")
        try:
            with session.transaction("raw"):
                # asked again, for another run may have loaded them while this one waited
                ledger = _ledger(session, days)
                wanted = _not_loaded(ledger, listed)
                dropped = [row for row in vanished if ledger.get(row["source_filename"]) == row]
                _drop(session, days, dropped)
                # an id of its own for each load: a retried run must not mix two versions of a file
                load_id = f"{run_id}:{uuid4().hex[:8]}"
                loaded = _load(session, landing, wanted, ledger, load_id) if wanted else []
                if loaded:
                    erase_lines(session, days, load_id)
        except FileChanged as error:
            if attempt == TRIES:
                raise
            log(f"{error} Trying again.")
        else:
            return RawLoad(loaded, dropped)
    raise AssertionError("the loop above returns or raises")


def _ledger(session: Session, days: EventDays) -> Mapping[str, Row]:
    rows = session.run("raw/ledger", **days.bounds)
    return {row["source_filename"]: row for row in rows}


def _vanished(
    landing: LandingZone, ledger: Mapping[str, Row], listed: Sequence[LandedFile]
) -> Sequence[Row]:
    """The ledger's entries of files that are not listed; none where the whole zone is empty."""
    gone = vanished_files(listed, list(ledger.values()))
    # a disk that is not mounted lists as no files, and is no reason to forget all that ever came
    if gone and not listed and not landing.scan(date.min, date.max, 1).files:
        return []
    return gone


def vanished_files(listed: Sequence[LandedFile], ledger: Sequence[Row]) -> Sequence[Row]:
    """The ledger's entries of files that are not in the landing zone."""
    there = {file.name for file in listed}
    return [row for row in ledger if row["source_filename"] not in there]


def _drop(session: Session, days: EventDays, dropped: Sequence[Row]) -> None:
    for start in range(0, len(dropped), FILES_PER_STATEMENT):
        names = [row["source_filename"] for row in dropped[start : start + FILES_PER_STATEMENT]]
        session.run(
            "raw/drop_vanished",
            **days.bounds,
            file_names=[literal(name) for name in names],
            loaded_at=now(),
        )


def _not_loaded(ledger: Mapping[str, Row], listed: Sequence[LandedFile]) -> Sequence[LandedFile]:
    return [file for file in listed if not _is_loaded(file, ledger.get(file.name))]


def _is_loaded(file: LandedFile, row: Row | None) -> bool:
    return (
        row is not None
        and row["row_count"] is not None
        and (row["etag"], row["size_bytes"]) == (file.etag, file.size)
    )


def _load(
    session: Session,
    landing: LandingZone,
    files: Sequence[LandedFile],
    ledger: Mapping[str, Row],
    load_id: str,
) -> Sequence[LoadedFile]:
    loaded_at = now()
    loaded = session.load_lines(landing, files, load_id=load_id, loaded_at=loaded_at)
    for start in range(0, len(loaded), FILES_PER_STATEMENT):
        some = loaded[start : start + FILES_PER_STATEMENT]
        if names := [literal(one.file.name) for one in some if one.file.name in ledger]:
            session.run("raw/supersede", file_names=names, loaded_at=loaded_at)
        session.run(
            "raw/record_load", files=files_table(some), load_id=load_id, loaded_at=loaded_at
        )
    return loaded
