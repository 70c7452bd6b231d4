"""Why a published figure changed: the causes that `sql/analytics/record_changes.sql` writes down,
and their names for people."""

from collections.abc import Mapping, Sequence

FIRST_CAUSES: Sequence[str] = ("first published", "before records began")
"""With these a day's figures begin; all others restate them."""

NAMES: Mapping[str, str] = {
    "new or late lines": "late lines",
    "file rewritten": "a rewritten file",
    "file gone": "a file that is gone",
    "rules or mapping": "other rules or mapping",
    "decision": "a decision",
    "corrected": "corrected lines",
    "erased": "a customer who was forgotten",
}
"""What a cause is called in a sentence; others are called as they are."""


def cause_name(cause: str) -> str:
    """What a cause is called in a sentence."""
    return NAMES.get(cause, cause)
