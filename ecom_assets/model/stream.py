"""What can be said of a stream of events: its fields, its quality rules, what it is broken down by.

What is said of the shop's sales is in `sales.py`; the tables that come of it are in `tables.py`.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, Literal

from ecom_assets.model.mapping import EventMapping, plain_mapping
from ecom_assets.model.reading import EVERY_FILE, PLAIN, Reading

FieldType = Literal["text", "moment", "whole", "number"]
"""How a value is read. `text`: a JSON string, or a number in plain digits. `moment`: an ISO 8601
date or date-time. `whole`: a whole number of 64 bits, or its text. `number`: a decimal number or
its text, rounded half up to four decimals. What does not fit is null, and counted as unfit. How an
engine does it is in `sql/<engine>/types.sql`."""

Scope = Literal["line", "row", "day"]

Severity = Literal["reject", "warn"]

Event = dict[str, Any]

BLANK = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
"""Unicode's white space, which ends at U+3000: an id of nothing else is no id."""

Defect = Callable[[Event, Event, Random], str]
"""Makes a line that breaks a rule, and none before it."""

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # once, not for each line


def to_line(event: Event) -> str:
    """One event as the line a shop would send: compact JSON, keys in the order given."""
    return _compact.encode(event)


@dataclass(frozen=True)
class Field:
    """A field of the event, which is a column of the clean and the fact table as well.

    Attributes:
        name: the key in the JSON object, and the column.
        type: how its value is read.
        description: what it is, for people.
        required: whether a rule makes a reject of each line that lacks it.
        unfit_warn: the share of a day's lines with a value of another type above which the check
            `fields_fit` warns; of a required one the rules tell.
        personal: whether its value leads to a person: where the person is forgotten, it is looked
            for in all that was written about their lines.
    """

    name: str
    type: FieldType
    description: str
    required: bool = False
    unfit_warn: Decimal = Decimal("0.01")
    personal: bool = False


@dataclass(frozen=True)
class Rule:
    """One quality rule.

    Attributes:
        name: the rule's identifier; also the name of its asset check.
        reason: what the rejects table says of a row that breaks it.
        broken: SQL predicate in Snowflake's dialect, true where a row breaks the rule. It sees
            the columns of a parsed line, which are those of the clean table, so that the same
            words judge a line and test the table; beside them `is_object` (the line is one
            JSON object), `has_items` (it has the list of items that its mapping asks for),
            `event_date` (the partition the row belongs to), `<field>_sign` of each number as it was
            written (-1, 0, 1), before it was rounded, and of a row that breaks no other rule
            `is_replaced` (a later version of its order stands on its day) and `is_duplicate` (such
            a row with its id stands earlier on its day). NULL counts as not broken. `:blank` stands
            for the characters that people do not see (`BLANK`), `:currencies` and `:countries` for
            the codes that exist (`codes.py`), `:local_event_date` for the date of
            `event_ts` in the shop's time zone.
        scope: what is looked at: the `line` before there are fields, the `row` alone, or with it
            the other rows of its `day`. The last is given only to rows that break no other rule.
        field: the event's field that the rule is about; None where it is the whole line.
        broken_when: the predicate in plain words, for people.
        why: what would go wrong downstream without the rule.
        defect: makes such a line from a good event, an event that stands earlier in the same
            batch, and a source of randomness; None: none of the generator's lines can break it.
        counts: whether the lines that break it first count in the reject rate.
        severity: what breaking it means: `reject`, the row is a reject; `warn`, it is clean, and
            the rule's check counts it and warns (the day's own count takes signs of numbers as
            they are kept, rounded).
        limit: the share of a day's sales that break it, from 0 to 1, above which the day is held;
            None: it has no limit of its own.
    """

    name: str
    reason: str
    broken: str
    scope: Scope
    field: str | None
    broken_when: str
    why: str
    defect: Defect | None = None
    counts: bool = True
    severity: Severity = "reject"
    limit: Decimal | None = None


NEEDED: Mapping[str, FieldType] = {
    "event_id": "text",
    "event_ts": "moment",
    "order_id": "text",
    "quantity": "number",
    "total_amount": "number",
    "currency": "text",
}
"""The fields without which there is no day, no sum and no repeat to be found."""

_COLUMNS = (
    "event_date source_filename source_row_number source_item_number source source_version "
    "ingestion_ts batch_date load_id raw raw_text item is_sale has_items is_replaced "
    "order_stated order_further line_rows other_rows sale_rows replaced_rows event keys "
    "is_object is_duplicate is_repeat is_new is_in_fact absent_fields unfit_fields "
    "rounded_fields sales units revenue rules_version run_id publishable held_for raw_rows "
    "clean_rows reject_rows reject_rate evaluated_at rounded_rows reject_rate_limit row_count "
    "earliest_event_date staged_along_with earlier_event_date earlier_filename "
    "earlier_row_number allowed_rules is_set_aside rule severity limit_rate broken_rows"
)
_WORDS = (
    "account all alter analyse analyze and anti any array as asc asof between both by case cast "
    "check collate column connect constraint create cross current current_date current_time "
    "current_timestamp current_user database default deferrable delete desc describe distinct do "
    "drop else end except exists false fetch following for foreign from full glob grant group "
    "having ilike in increment initially inner insert intersect into is issue join lateral leading "
    "left like limit localtime localtimestamp minus natural not null of offset on only or order "
    "organization outer pivot placing positional primary qualify references regexp returning "
    "revoke right rlike row rows sample schema select semi set show some start summarize symmetric "
    "table tablesample then to trailing trigger true try_cast union unique unpivot update using "
    "values variadic view when whenever where window with"
)
_ENDINGS = ("_text", "_sign", "_sample")
TAKEN = frozenset(f"{_COLUMNS} {_WORDS}".split())
"""Names that the pipeline's own columns have (as have those with `_ENDINGS`), and words that are
reserved in Snowflake's or DuckDB's SQL."""


class StreamError(ValueError):
    """A stream is declared wrongly; the text says what is wrong, and what to do."""


TYPES_VERSION = 2
"""Of what a text, a number and a moment are (`sql/<engine>/types.sql`): one more whenever a line
would be read otherwise."""


@dataclass(frozen=True)
class EventStream:
    """A stream of events, declared once: tables, SQL, checks and pages follow.

    Attributes:
        name: for people.
        fields: in the order of the columns; the first two are the event's id and its moment.
        rules: in the order in which they are asked; the first that a line breaks is its reason.
        breakdowns: the fields by whose values daily totals are kept, beside those of the day.
        customer: the field that says whose the event is, of the type text.
        reading: how lines become its events.

    Raises:
        StreamError: a name cannot be a column, stands twice, or is of no field.
    """

    name: str
    fields: Sequence[Field]
    rules: Sequence[Rule]
    breakdowns: Sequence[str]
    customer: str
    reading: Reading = PLAIN

    def __post_init__(self) -> None:
        types = {field.name: field.type for field in self.fields}
        for name in types:
            taken = name in TAKEN or name.endswith(_ENDINGS)
            if taken or not re.fullmatch("[a-z][a-z0-9_]*", name):
                raise StreamError(
                    f"The stream {self.name} has a field {name!r}: a field is a column as well, so "
                    "it needs another name, of small letters, digits and underscores."
                )
        for name, kind in NEEDED.items():
            if types.get(name) != kind:
                raise StreamError(
                    f"The stream {self.name} needs a field {name!r} of the type {kind}."
                )
        if not self.rules or not self.breakdowns:
            raise StreamError(f"The stream {self.name} needs a rule and a breakdown at least.")
        names = {
            "field": [field.name for field in self.fields],
            "rule": [rule.name for rule in self.rules],
            "reason": [rule.reason for rule in self.rules],
            "breakdown": list(self.breakdowns),
        }
        for what, found in names.items():
            if twice := [name for name in found if found.count(name) > 1]:
                raise StreamError(f"The stream {self.name} has the {what} {twice[0]!r} twice.")
        for rule in self.rules:
            if rule.severity == "warn" and rule.scope != "row":
                raise StreamError(
                    f"The rule {rule.name} only warns, so it must be about a row alone (scope row)."
                )
            if rule.limit is not None and not 0 <= rule.limit < 1:
                raise StreamError(
                    f"The rule {rule.name} has the limit {rule.limit}: it must be a share from 0 "
                    "to below 1."
                )
            if rule.field is not None and rule.field not in types:
                raise StreamError(
                    f"The rule {rule.name} is about {rule.field!r}, which is no field of the "
                    f"stream {self.name}."
                )
        if types.get(self.customer) != "text":
            raise StreamError(
                f"The stream {self.name} says that {self.customer!r} is the customer, which is no "
                "field of it of the type text."
            )
        for name in self.breakdowns:
            if types.get(name) != "text":
                raise StreamError(
                    f"The stream {self.name} is broken down by {name!r}, which is no field of it "
                    "of the type text."
                )

    @property
    def numbers(self) -> Sequence[Field]:
        """The fields that are decimal numbers."""
        return [field for field in self.fields if field.type == "number"]

    @property
    def personal(self) -> Sequence[Field]:
        """The fields whose values lead to a person, the customer's among them."""
        return [f for f in self.fields if f.personal or f.name == self.customer]

    @property
    def rejecting(self) -> Sequence[Rule]:
        """The rules that make a reject of what breaks them."""
        return [rule for rule in self.rules if rule.severity == "reject"]

    @property
    def warning(self) -> Sequence[Rule]:
        """The rules that only warn."""
        return [rule for rule in self.rules if rule.severity == "warn"]

    @property
    def allowable(self) -> Sequence[Rule]:
        """The rules that a decision may let pass: a row that breaks them can have all that a sale
        needs."""
        return [rule for rule in self.rejecting if rule.scope == "row"]

    @property
    def mappings(self) -> Sequence[tuple[str, EventMapping]]:
        """Patterns of files with the mapping of each; any file matches one."""
        named = self.reading.mappings
        if named and named[-1][0] == EVERY_FILE:
            return named
        return (*named, (EVERY_FILE, plain_mapping(field.name for field in self.fields)))

    @property
    def version(self) -> str:
        """A fingerprint of what becomes of a line: names and types of the fields, names, reasons,
        predicates, severities, limits and order of the rules, and how lines are read. Words for
        people and the generator's defects are no part of it."""
        fields = [[field.name, field.type] for field in self.fields]
        rules = [
            [rule.name, rule.reason, rule.broken, rule.severity, str(rule.limit)]
            for rule in self.rules
        ]
        decides = [fields, rules, self.reading.version, TYPES_VERSION]
        return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:12]
