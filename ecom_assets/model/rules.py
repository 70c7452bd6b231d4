"""The quality rules as data: one entry a rule, in the order in which they are applied.

From an entry come the split into clean and rejects, the asset check, the reject counts, the
generator's defect and the table in the README. Adding a rule is adding an entry to `RULES`.

What does not belong here: how SQL is rendered or run (`warehouse/`), and anything of Dagster.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

UNIQUE_WITHIN_DAYS = 7
"""An event repeats one with the same id on a day up to this many days before."""

Scope = Literal["line", "row", "day"]

BLANK = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
"""Unicode's white space, which ends at U+3000: an id of nothing else is no id."""

Event = dict[str, Any]


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # once, not for each line


def to_line(event: Event) -> str:
    """One event as the line a shop would send: compact JSON, keys in the order given."""
    return _compact.encode(event)


@dataclass(frozen=True)
class Rule:
    """One quality rule.

    Attributes:
        name: the rule's identifier; also the name of its asset check.
        reason: what the rejects table says of a row that breaks it.
        broken: SQL predicate in Snowflake's dialect, true where a row breaks the rule. It sees
            the columns of a parsed line, which are those of the clean table, so that the same
            words judge a line and test the table; beside them `is_object` (the line is one
            JSON object), `event_date` (the partition the row belongs to), `<field>_sign` of each
            number as it was written (-1, 0, 1), before it was rounded, and `is_duplicate` (the row
            breaks no other rule, and such a row with its id stands earlier on its day). NULL counts
            as not broken. `:blank` stands for the characters that people do not see (`BLANK`).
        scope: what is looked at: the `line` before there are fields, the `row` alone, or with it
            the other rows of its `day`. The last is given only to rows that break no other rule.
        field: the event's field that the rule is about; None where it is the whole line.
        broken_when: the predicate in plain words, for people.
        why: what would go wrong downstream without the rule.
        defect: makes a line that breaks this rule and none before it, from a good event, an
            event that stands earlier in the same batch, and a source of randomness.
    """

    name: str
    reason: str
    broken: str
    scope: Scope
    field: str | None
    broken_when: str
    why: str
    defect: Callable[[Event, Event, Random], str]


def _cut_short(event: Event, earlier: Event, random: Random) -> str:
    line = to_line(event)
    return line[: random.randrange(len(line) // 4, len(line) - 1)]


def _with(field: str, *values: Any) -> Callable[[Event, Event, Random], str]:
    """A defect that puts one of `values` into `field`; `...` leaves the field out."""

    def defect(event: Event, earlier: Event, random: Random) -> str:
        value = random.choice(values)
        broken = {k: v for k, v in event.items() if k != field or value is not ...}
        if value is not ...:
            broken[field] = value
        return to_line(broken)

    return defect


def _negated(field: str) -> Callable[[Event, Event, Random], str]:
    def defect(event: Event, earlier: Event, random: Random) -> str:
        return to_line({**event, field: -abs(event[field]) or -1})

    return defect


def _far_from_its_day(event: Event, earlier: Event, random: Random) -> str:
    moment = datetime.fromisoformat(event["event_ts"]) - timedelta(days=random.randrange(30, 400))
    return to_line({**event, "event_ts": moment.isoformat().replace("+00:00", "Z")})


def _sent_again(event: Event, earlier: Event, random: Random) -> str:
    return to_line({**event, "event_id": earlier["event_id"]})


RULES: Sequence[Rule] = (
    Rule(
        name="json_object",
        reason="Malformed JSON",
        broken="not is_object",
        scope="line",
        field=None,
        broken_when="the line is not one JSON object, or names a key twice",
        why="A line that cannot be read can be neither counted nor corrected.",
        defect=_cut_short,
    ),
    Rule(
        name="event_id_present",
        reason="Missing event_id",
        # DuckDB trims slowly, and few ids begin with a blank
        broken="event_id is null or iff(contains(:blank, substr(event_id, 1, 1)), "
        "trim(event_id, :blank) = '', false)",
        scope="row",
        field="event_id",
        broken_when="`event_id` is absent, null, or blank",
        why="Without an id a repeated delivery cannot be told from a second sale.",
        defect=_with("event_id", ..., None, "", "   "),
    ),
    Rule(
        name="event_ts_valid",
        reason="Invalid event_ts",
        broken="event_ts is null",
        scope="row",
        field="event_ts",
        broken_when="`event_ts` is not an ISO 8601 date or date-time "
        "(an offset is honoured, none means UTC)",
        why="Revenue is reported by day, and the day comes from this moment.",
        defect=_with("event_ts", ..., None, "", "yesterday", "2026-02-30T12:00:00Z", "31/12/2025"),
    ),
    Rule(
        name="quantity_numeric",
        reason="Invalid quantity",
        broken="quantity is null",
        scope="row",
        field="quantity",
        broken_when="`quantity` is absent, null, or not a decimal number that fits NUMBER(18,4)",
        why="A text in a number's place breaks every sum, or is silently counted as nothing.",
        defect=_with("quantity", ..., None, "two", "", "NaN", True, {}),
    ),
    Rule(
        name="quantity_positive",
        reason="Non-positive quantity",
        broken="quantity_sign <= 0",
        scope="row",
        field="quantity",
        broken_when="`quantity` is zero or less",
        why="A sale of nothing is no sale; returns are another event.",
        defect=_with("quantity", 0, -1, -2),
    ),
    Rule(
        name="total_amount_numeric",
        reason="Invalid total_amount",
        broken="total_amount is null",
        scope="row",
        field="total_amount",
        broken_when="`total_amount` is absent, null, or not a decimal number "
        "that fits NUMBER(18,4)",
        why="Revenue is the sum of this column.",
        defect=_with("total_amount", ..., None, "free", "1,000", "", False, []),
    ),
    Rule(
        name="total_amount_not_negative",
        reason="Negative total_amount",
        broken="total_amount_sign < 0",
        scope="row",
        field="total_amount",
        broken_when="`total_amount` is less than zero",
        why="A refund booked as a sale would lower the revenue of the wrong day.",
        defect=_negated("total_amount"),
    ),
    Rule(
        name="event_date_in_window",
        reason="event_ts outside its event date",
        broken="cast(event_ts as date) <> event_date",
        scope="row",
        field="event_ts",
        broken_when="the UTC date of `event_ts` is not the partition the row belongs to",
        why="A stray clock or a replayed old file would change days that are closed.",
        defect=_far_from_its_day,
    ),
    Rule(
        name="event_id_unique",
        reason="Duplicate event_id",
        broken="is_duplicate",
        scope="day",
        field="event_id",
        broken_when="an otherwise valid row with the same `event_id` stands earlier on the same "
        "day: by file name, then line",
        why="Deliveries are repeated on every network; revenue must be counted once.",
        defect=_sent_again,
    ),
)


def rules_version() -> str:
    """A fingerprint of what the rules say; it changes when a name, reason, predicate or the order
    does, and not when words for people or the generator's defects do."""
    text = json.dumps([[r.name, r.reason, r.broken] for r in RULES])
    return hashlib.sha256(text.encode()).hexdigest()[:12]
