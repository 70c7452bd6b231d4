"""Pruning RAW: lines of versions of files that count no more are deleted when nobody needs them.

RAW keeps each version of a file, so that it can be seen what was published of it. A version that
was replaced long ago, and of which no row is left anywhere, answers no such question any more.
"""

from collections.abc import Sequence
from datetime import datetime

from ecom_assets.pipeline.load import FILES_PER_STATEMENT
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.expressions import table

VERSIONS_DAYS = 90
"""How long ago a version was replaced that may go, where nobody says otherwise."""


def prunable(session: Session, before: datetime) -> Sequence[Row]:
    """The versions of files that may go: replaced, or gone, before this moment (UTC), without a row
    that was made of them, and not named by a decision that is in force.

    Returns: of each `source_filename`, `batch_date`, `load_id`, `superseded_at` and `raw_rows`.
    """
    rows = session.run("raw/prunable", before=before)
    named = {
        (row["source_filename"], row["etag"])
        for row in session.run("staging/decisions_in_force")
        if row["source_filename"]
    }
    return [row for row in rows if (row["source_filename"], row["etag"]) not in named]


def prune(session: Session, before: datetime) -> Sequence[Row]:
    """Delete the lines of these versions from RAW, all or none.

    Called outside a transaction.

    Returns: what was deleted, as `prunable` has it.
    """
    with session.transaction("raw"):
        rows = prunable(session, before)
        for start in range(0, len(rows), FILES_PER_STATEMENT):
            some = rows[start : start + FILES_PER_STATEMENT]
            session.run(
                "raw/prune",
                first_day=min(row["batch_date"] for row in some),
                last_day=max(row["batch_date"] for row in some),
                versions=table(
                    ["load_id", "source_filename"],
                    [[row["load_id"], row["source_filename"]] for row in some],
                ),
            )
    return rows


def versions_text(rows: Sequence[Row], before: datetime) -> str:
    """What `prunable` or `prune` has found, in one sentence."""
    lines = sum(row["raw_rows"] for row in rows)
    return f"RAW: {len(rows):,} versions replaced before {before:%Y-%m-%d}, {lines:,} lines."
