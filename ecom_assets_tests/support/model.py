"""The contract once more, in plain Python: what must become of the bytes of files.

Written from the contract and not from the code, slow and obvious, without SQL. Tests compare the
warehouse with it row by row. `judge` is the way in; what it leans on stands before it in the order
in which a line meets it.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from ecom_assets.model import sales
from ecom_assets.model.mapping import EventMapping
from ecom_assets_tests.support.model_mapping import Said, file_mapping, sales_of, tree
from ecom_assets_tests.support.model_values import (
    Value,
    integer_of,
    is_rounded,
    moment_of,
    number_of,
    read_json,
    sign_of,
    text_of,
)

REASONS = {
    "json_object": "Malformed JSON",
    "items_present": "No items",
    "event_id_present": "Missing event_id",
    "event_ts_valid": "Invalid event_ts",
    "quantity_numeric": "Invalid quantity",
    "quantity_positive": "Non-positive quantity",
    "total_amount_numeric": "Invalid total_amount",
    "total_amount_not_negative": "Negative total_amount",
    "event_date_in_window": "event_ts outside its event date",
    "latest_version": "Replaced by a later version",
    "event_id_unique": "Duplicate event_id",
}
"""Rule to reason, in the order of the rules."""

UNIQUE_WITHIN = timedelta(days=7)

KNOWN_KEYS = 20
"""As many keys are named of an object that has no field of the event."""

Place = tuple[str, int, int]
"""A sale: its file's name, its line's number there, and its own in that line, from 1."""

Mappings = Sequence[tuple[str, EventMapping]]
"""Patterns of files with the mapping of each."""


# ---- bytes to lines


def unpacked(name: str, stored: bytes) -> bytes | None:
    """What is in a file, by RFC 1952 where it is a `.gz`; None where that is damaged."""
    if not name.lower().endswith(".gz"):
        return stored
    content = b""
    rest = stored
    while rest or not stored:
        member = zlib.decompressobj(wbits=31)
        try:
            content += member.decompress(rest)
        except zlib.error:
            return None
        if not member.eof:
            return None
        rest = member.unused_data.lstrip(b"\0")
    return content


def lines_of(content: bytes) -> list[tuple[int, str]]:
    """The rows of a file: line number and text."""
    rows = []
    # only the first mark is none of the text; those of later lines are passed over when it is read
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip(b" \t\n\r\x0b\x0c"):
            rows.append((number, line.removesuffix(b"\r").decode("utf-8", "replace")))
    return rows


def local_date(moment: datetime, time_zone: str) -> date:
    """The date of a moment in UTC elsewhere; of one beyond the calendar there, the first of all."""
    try:
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone)).date()
    except OverflowError:
        return date.min


# ---- lines to rows

Cell = str | int | Decimal | datetime | None


@dataclass(frozen=True)
class Row:
    """What must become of a sale, or of a line that is none.

    Attributes:
        line: its text.
        batch_day: the day of its file.
        event_date: the day it belongs to.
        is_json: whether it is a JSON document of any kind, as it stands.
        values: its typed fields, where it is a JSON object that names no key twice.
        broken: all rules it breaks, in order.
        absent: the fields that it lacks or that are null.
        unfit: the fields that hold something of another type.
        rounded: the numbers with more decimals than are kept.
        perhaps_rounded: the numbers of which nobody need know it.
        keys: what the line holds.
        item: its number in its line.
        source: the name of its mapping.
        is_sale: False: it is in no table.
        version: which one of its order, or event.
        versions_of: what it is a version of.
        stated: what the order says that its money is.
        further: what its money is beside its sales'.
        tolerance: how far both may be apart; None: no money is compared.
    """

    line: str
    batch_day: date
    event_date: date
    is_json: bool
    values: Mapping[str, Cell] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    absent: frozenset[str] = frozenset()
    unfit: frozenset[str] = frozenset()
    rounded: frozenset[str] = frozenset()
    perhaps_rounded: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    item: int = 1
    source: str = "sale_line"
    is_sale: bool = True
    version: Decimal | None = None
    versions_of: Cell = None
    stated: Decimal | None = None
    further: Decimal | None = None
    tolerance: Decimal | None = None

    @property
    def is_replaced(self) -> bool:
        return "latest_version" in self.broken

    @property
    def reasons(self) -> str:
        return "; ".join(REASONS[rule] for rule in self.broken) + self.known_keys

    @property
    def known_keys(self) -> str:
        """What a reject adds where it has no field of the event at all."""
        if not self.values or len(self.absent) < len(self.values):
            return ""
        told = "; No known field has a value"
        keys = ", ".join(sorted(self.keys)[:KNOWN_KEYS]).replace(";", ",")
        # of a line that was mended RAW has no JSON to name keys of
        return f"{told}, found: {keys[:500]}" if keys and self.is_json else told


def parse(
    line: str,
    batch_day: date,
    late_days: int = 0,
    first: date = date.min,
    *,
    file: str = "dt=2026-01-05/a.jsonl",
    number: int = 1,
    mappings: Mappings = (),
    time_zone: str = "UTC",
) -> Sequence[Row]:
    """The sales of a line, each judged by itself: all rules but those that look at other lines.

    Args:
        line: its text.
        batch_day: the day of its file.
        late_days: how many days after its event date an event may arrive.
        first: the first event date that there is.
        file: the name of its file.
        number: its number there.
        mappings: how files are read.
        time_zone: the shop's.
    """
    document = read_json(line)
    is_json = document is not None and not document.is_mended
    found = file_mapping(file, mappings)
    source = found[1].name if found else "sale_line"
    row = Row(line, batch_day, batch_day, is_json, source=source)
    if document is None or not document.is_object or document.names_a_key_twice:
        return [replace(row, broken=("json_object",))]
    row = replace(row, keys=frozenset(dict(document.pairs)))
    earliest = max(first, batch_day - timedelta(days=late_days))
    if found is None:
        given = dict(document.pairs)
        said = Said(1, has_items=True, is_sale=True, given=given)
        return [_judged(row, said, earliest, time_zone)]
    types = {f.name: f.type for f in sales.SALES.fields}
    of_line = sales_of(tree(line), found[1], types, file, number)
    key = "order_id" if found[1].rows else "event_id"
    judged = (_judged(row, said, earliest, time_zone) for said in of_line)
    return [replace(one, versions_of=one.values[key]) for one in judged]


def _judged(row: Row, said: Said, earliest: date, time_zone: str) -> Row:
    given, batch_day = said.given, row.batch_day
    read: Mapping[str, Callable[[Value | None], Cell]] = {
        "text": text_of,
        "whole": integer_of,
        "number": number_of,
        "moment": moment_of,
    }
    fields = sales.SALES.fields
    values = {field.name: read[field.type](given.get(field.name)) for field in fields}
    absent = {n for n in values if n not in given or given[n].text == "null"}
    rounded = {field.name: is_rounded(given.get(field.name)) for field in sales.SALES.numbers}
    moment = moment_of(given.get("event_ts"))
    event_id = text_of(given.get("event_id"))
    event_date = local_date(moment, time_zone) if moment is not None else None
    in_window = event_date is not None and earliest <= event_date <= batch_day
    quantity, total = values["quantity"], values["total_amount"]
    judged = {
        "items_present": not said.has_items,
        "event_id_present": not event_id or event_id.isspace(),
        "event_ts_valid": moment is None,
        "quantity_numeric": quantity is None,
        "quantity_positive": quantity is not None and (sign_of(given["quantity"]) or 0) <= 0,
        "total_amount_numeric": total is None,
        "total_amount_not_negative": total is not None and sign_of(given["total_amount"]) == -1,
        "event_date_in_window": moment is not None and not in_window,
    }
    broken = tuple(rule for rule, is_broken in judged.items() if is_broken)
    if not said.has_items:
        broken = ("items_present",)
    return replace(
        row,
        event_date=event_date if event_date is not None and in_window else batch_day,
        values=values,
        broken=broken if said.is_sale else (),
        absent=frozenset(absent),
        unfit=frozenset(name for name in values if values[name] is None and name not in absent),
        rounded=frozenset(name for name, is_so in rounded.items() if is_so),
        perhaps_rounded=frozenset(name for name, is_so in rounded.items() if is_so is None),
        item=said.number,
        is_sale=said.is_sale,
        version=said.version,
        stated=said.stated,
        further=said.further,
        tolerance=said.tolerance,
    )


def judge(
    files: Mapping[str, bytes],
    first_day: date,
    last_day: date,
    *,
    late_days: int = 0,
    mappings: Mappings = (),
    time_zone: str = "UTC",
) -> dict[Place, Row]:
    """What must become of the lines that belong to a range of days, both ends included; lines that
    are no sales are among them.

    Args:
        files: content by name, `dt=YYYY-MM-DD/…`; those of other days may be among them.
        first_day: first day of the range.
        last_day: last day of the range.
        late_days: how many days after its event date an event may arrive.
        mappings: how files are read.
        time_zone: the shop's.
    """
    rows: dict[Place, Row] = {}
    for name, content in files.items():
        batch_day = date.fromisoformat(name[3:13])
        for number, line in lines_of(content):
            for row in parse(
                line,
                batch_day,
                late_days,
                file=name,
                number=number,
                mappings=mappings,
                time_zone=time_zone,
            ):
                if first_day <= row.event_date <= last_day:
                    rows[name, number, row.item] = row
    return dict(mark_repeats(rows))


def mark_repeats(rows: Mapping[Place, Row]) -> dict[Place, Row]:
    """The same rows, judged by the others of their day as well: by later versions, and by the
    uniqueness of ids."""
    latest: dict[tuple[date, str, Cell], Decimal] = {}
    for row in rows.values():
        key = (row.event_date, row.source, row.versions_of)
        if not row.broken and row.version is not None and row.versions_of is not None:
            latest[key] = max(latest.get(key, row.version), row.version)
    judged = {}
    for place, row in rows.items():
        key = (row.event_date, row.source, row.versions_of)
        version = Decimal(-1) if row.version is None else row.version
        is_replaced = version < latest.get(key, version)
        if is_replaced and row.is_sale and not row.broken:
            judged[place] = replace(row, broken=("latest_version",))
        else:
            judged[place] = row
    first: dict[tuple[date, str], Place] = {}
    for place, row in sorted(judged.items(), key=lambda found: found[0]):
        if not row.broken and row.is_sale:
            first.setdefault((row.event_date, str(row.values["event_id"])), place)
    return {
        place: replace(row, broken=("event_id_unique",))
        if row.is_sale
        and not row.broken
        and first[row.event_date, str(row.values["event_id"])] != place
        else row
        for place, row in judged.items()
    }


@dataclass(frozen=True)
class FileCounts:
    """What is counted of a day's lines of a file."""

    lines: int
    others: int
    sales: int
    compared: int


def file_counts(rows: Mapping[Place, Row]) -> Mapping[tuple[date, str], FileCounts]:
    """By day and file."""
    found: dict[tuple[date, str], list[tuple[int, Row]]] = {}
    for (name, number, _), row in rows.items():
        found.setdefault((row.event_date, name), []).append((number, row))
    return {
        key: FileCounts(
            lines=sum(row.item == 1 for _, row in of_file),
            others=sum(not row.is_sale for _, row in of_file),
            sales=sum(row.is_sale for _, row in of_file),
            compared=sum(
                all(map(_is_compared, (row for number, row in of_file if number == one)))
                for one in {number for number, _ in of_file}
            ),
        )
        for key, of_file in found.items()
    }


def _is_compared(row: Row) -> bool:
    return row.is_sale and row.stated is not None and not row.broken


def _four_decimals(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def orders_off(
    rows: Mapping[Place, Row],
) -> Mapping[tuple[date, str, int], tuple[Decimal, Decimal | None]]:
    """What the orders say and what their sales come to, where both are apart."""
    orders: dict[tuple[date, str, int], list[Row]] = {}
    for (name, number, _), row in rows.items():
        orders.setdefault((row.event_date, name, number), []).append(row)
    found: dict[tuple[date, str, int], tuple[Decimal, Decimal | None]] = {}
    for key, of_order in orders.items():
        first = of_order[0]
        if not all(map(_is_compared, of_order)):
            continue
        assert first.stated is not None
        assert first.tolerance is not None
        amounts = [row.values["total_amount"] for row in of_order]
        added = [amount for amount in amounts if isinstance(amount, Decimal)]
        counted = None if first.further is None else _four_decimals(sum(added, first.further))
        stated = _four_decimals(first.stated)
        if counted is None or abs(stated - counted) > first.tolerance:
            found[key] = (stated, counted)
    return found
