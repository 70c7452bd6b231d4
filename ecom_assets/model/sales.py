"""The sales stream: what a sale event holds, what must be true of it, what it is broken down by.

The one place to change for a field, a rule or a breakdown. From an entry come the columns, the
typing, the split into clean and rejects, the asset check, the counts, the generator's defect and
the pages of the documentation.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from ecom_assets.model.reading import Reading
from ecom_assets.model.stream import Event, EventStream, Field, Rule, to_line

UNIQUE_WITHIN_DAYS = 7
"""An event repeats one with the same id on a day up to this many days before."""

_FIELDS = (
    Field(
        "event_id",
        "text",
        "The shop's id of this sale event; counted once within seven days.",
        required=True,
        personal=True,
    ),
    Field("event_ts", "moment", "When the sale happened, in UTC.", required=True),
    Field(
        "order_id",
        "text",
        "The order that the sale is a line of; an order may have several.",
        personal=True,
    ),
    Field("customer_id", "text", "The shop's id of the customer who bought."),
    Field("session_id", "text", "The visit to the shop in which it was bought.", personal=True),
    Field("product_id", "text", "The shop's id of the product that was bought."),
    Field("category", "text", "The product's category, as the shop names it."),
    Field("quantity", "number", "How many pieces were bought; more than zero.", required=True),
    Field("unit_price", "number", "The price of one piece, in `currency`."),
    Field(
        "total_amount",
        "number",
        "What all pieces cost, in `currency`; zero or more.",
        required=True,
    ),
    Field("currency", "text", "ISO 4217 code of the amounts. Sums never mix currencies."),
    Field("payment_method", "text", "How it was paid, as the shop names it."),
    Field("country", "text", "ISO 3166 alpha-2 code of the buyer's country."),
    Field("device", "text", "The kind of device it was bought on."),
    Field("marketing_channel", "text", "What brought the buyer to the shop."),
)


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


_RULES = (
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
        name="items_present",
        reason="No items",
        broken="not has_items",
        scope="line",
        field=None,
        broken_when="the mapping asks for a list of items, and the line's is absent, empty, or no "
        "list",
        why="An order without its lines has money that no sale accounts for.",
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
        broken=":local_event_date <> event_date",
        scope="row",
        field="event_ts",
        broken_when="the date of `event_ts`, in the shop's time zone, is not the partition the row "
        "belongs to",
        why="A stray clock or a replayed old file would change days that are closed.",
        defect=_far_from_its_day,
    ),
    Rule(
        name="latest_version",
        reason="Replaced by a later version",
        broken="is_replaced",
        scope="day",
        field="order_id",
        broken_when="the mapping names a version, and a later one of the same order (of the same "
        "event, where a line is one sale) stands on the same day",
        why="An order that is sent again when it changes is one order.",
        counts=False,
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
    Rule(
        name="currency_exists",
        reason="Unknown currency",
        broken="currency not in (:currencies)",
        scope="row",
        field="currency",
        broken_when="`currency` is no code of ISO 4217; null is none, and breaks nothing",
        why="A misspelt code makes a currency of its own, whose revenue no total shows.",
        severity="warn",
    ),
    Rule(
        name="country_exists",
        reason="Unknown country",
        broken="country not in (:countries)",
        scope="row",
        field="country",
        broken_when="`country` is no alpha-2 code of ISO 3166-1; null is none, and breaks nothing",
        why="A misspelt code makes a country of its own.",
        severity="warn",
    ),
    Rule(
        name="amount_adds_up",
        reason="total_amount is not quantity * unit_price",
        # with room for the product of the largest two
        broken="abs(cast(quantity as number(38, 4)) * unit_price - total_amount) >= 0.01",
        scope="row",
        field="total_amount",
        broken_when="`quantity` times `unit_price` differs from `total_amount` by a cent or more; "
        "where one is null nothing is broken",
        why="A discount explains it, or a price in another unit, such as cents.",
        severity="warn",
    ),
)

SALES = EventStream(
    name="sales",
    fields=_FIELDS,
    rules=_RULES,
    breakdowns=("category", "country", "device", "marketing_channel", "payment_method"),
    customer="customer_id",
)


def read_by(reading: Reading | None) -> EventStream:
    """The sales stream whose lines are read so; None: as it is declared."""
    return SALES if reading is None else _read_by(SALES, reading)


@lru_cache(maxsize=8)
def _read_by(stream: EventStream, reading: Reading) -> EventStream:
    return replace(stream, reading=reading)
