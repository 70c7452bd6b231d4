"""Forgetting a customer: what leads to them leaves RAW, STAGING and ANALYTICS, and does not come
back with a file that is sent again or a backup that is restored.

A line of theirs stays in RAW without what it held, so that the lines behind it keep their numbers
and the counts of files hold; staging takes it for no sale. Who was forgotten is known by a salted
hash of the id alone (RAW.ERASED_CUSTOMERS), by which each load looks for them.
"""

import hashlib
import html
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from secrets import token_hex
from typing import Any
from urllib.parse import unquote

from ecom_assets.model.limits import Limits
from ecom_assets.model.tables import DECISIONS_TABLE, ERASED_TABLE
from ecom_assets.partitions import EventDays, ranges
from ecom_assets.pipeline.publish import publish_audited_days
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Log, Row, Session
from ecom_assets.warehouse.expressions import all_rows, table
from ecom_assets.warehouse.rows import now

ALL_DAYS = EventDays(date(1, 1, 1), date(9999, 12, 31))
ERASED = "(erased: a customer was forgotten)"
LINES_PER_STATEMENT = 400
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_WORDS = re.compile(r"[^\s\"'{}\[\]():,;=|<>\\]+")


def words(text: str) -> Iterator[str]:
    """What in a text may be a name or an id: each word, and what stands in quotes, also as JSON
    would have it read."""
    yield from _WORDS.findall(text)
    for quoted in _QUOTED.findall(text):
        yield quoted
        if "\\" in quoted:
            with suppress(ValueError):
                yield json.loads(f'"{quoted}"')


class Names:
    """What leads to a person, to be found in texts: names and ids, each a word of its own."""

    def __init__(self, values: Collection[str]) -> None:
        self._words = {value for value in values if [*words(value)] == [value]}
        self._others = {*values} - self._words  # of several words, or with odd characters

    def are_in(self, text: str) -> bool:
        """Whether one of them is, as it is or with characters escaped for HTML, Markdown or a
        URL."""
        forms = {text, text.replace("\\", ""), html.unescape(text), unquote(text)}
        return any(
            not self._words.isdisjoint(words(form)) or any(one in form for one in self._others)
            for form in forms
        )


@dataclass(frozen=True)
class Forgotten:
    """A customer who was forgotten, as the list has them.

    Attributes:
        salt: what stands before the id where it is hashed.
        customer_hash: SHA-256 of both, in hexadecimal digits.
    """

    salt: str
    customer_hash: str


@dataclass(frozen=True)
class Found:
    """What there is of a customer.

    Attributes:
        forgotten: how the list would have them.
        files: a row per version of a file with lines of theirs: `source_filename`, `batch_date`,
            `is_current`, `line_rows`, `sale_rows`, and `other_sale_rows`, the sales of others in
            the same lines.
        days: event dates with rows of theirs in STAGING or ANALYTICS.
        values: what leads to them: their id, and those of their events, orders and visits.
        decisions: decisions whose reason names them.
    """

    forgotten: Forgotten
    files: Sequence[Row]
    days: Sequence[date]
    values: frozenset[str]
    decisions: Sequence[Row]


def hashed(salt: str, customer: str) -> Forgotten:
    """A customer as the list has them."""
    return Forgotten(salt, hashlib.sha256(f"{salt}{customer}".encode()).hexdigest())


def forgotten_customers(session: Session) -> Sequence[Forgotten]:
    """The list."""
    return [
        Forgotten(row["salt"], row["customer_hash"]) for row in session.read_table(ERASED_TABLE)
    ]


def find_customer(session: Session, customer: str) -> Found:
    """Look for all that leads to a customer; nothing but temporary tables is written.

    Called outside a transaction.
    """
    salts = [row["salt"] for row in session.run("erasure/salts")] or [token_hex(16)]
    wanted = hashed(salts[0], customer)
    session.run("erasure/temporary")
    _find(session, wanted.salt, only=wanted)
    values = {
        str(value)
        for row in session.run("erasure/personal_values")
        for value in row.values()
        if value is not None
    }
    return Found(
        wanted,
        session.run("erasure/found"),
        [row["event_date"] for row in _days(session, wanted.salt, only=wanted)],
        frozenset({customer, *values}),
        [
            row
            for row in session.read_table(DECISIONS_TABLE)
            if Names([customer]).are_in(row["why"])
        ],
    )


def forget_customer(
    session: Session, found: Found, limits: Limits, *, run_id: str | None, log: Log
) -> None:
    """Erase what was found of a customer, and enter them into the list.

    Called outside a transaction. May be run again where it was interrupted.
    """
    suppress_customers(session, [found.forgotten], run_id=run_id)
    erase(session, limits, run_id=run_id, log=log)
    with session.transaction("staging"):
        for row in found.decisions:
            session.run(
                "erasure/erase_decision",
                decision_id=row["decision_id"],
                why=row["why"],
                erased=ERASED,
            )


def suppress_customers(
    session: Session, customers: Sequence[Forgotten], *, run_id: str | None
) -> None:
    """Enter customers into the list, those that it has once."""
    with session.transaction("raw"):
        for customer in customers:
            session.run(
                "erasure/suppress",
                salt=customer.salt,
                customer_hash=customer.customer_hash,
                erased_at=now(),
                run_id=run_id,
            )


def erase(session: Session, limits: Limits, *, run_id: str | None, log: Log) -> None:
    """Erase what there is of all customers in the list: lines of RAW, then what is published, then
    their days are staged anew. A day whose published rows are those of staging is published again,
    too; any other, as one that is held, keeps what it has, less their sales.

    Called outside a transaction. May be run again where it was interrupted.
    """
    session.run("erasure/temporary")
    with session.transaction("raw"):
        erase_lines(session, ALL_DAYS)
    session.run("analytics/temporary")
    for salt in [row["salt"] for row in session.run("erasure/salts")]:
        days = _days(session, salt)
        if not days:
            continue
        bounds = {"first_day": days[0]["event_date"], "last_day": days[-1]["event_date"]}
        with session.transaction("staging"):
            session.run(
                "erasure/erase_published", salt=salt, published_at=now(), run_id=run_id or "forget"
            )
            session.run("analytics/clear_totals", **bounds)
            session.run("analytics/totals", **bounds)
        as_published = {row["staged_with"] for row in days if row["is_as_published"]}
        for some in ranges(sorted({row["staged_with"] for row in days})):
            stage_days(session, some, limits, run_id=run_id or "forget")
            for others in ranges([day for day in some.days if day in as_published]):
                publish_audited_days(session, others, limits, log=log, run_id=run_id or "forget")


def erase_lines(session: Session, days: EventDays, load_id: str | None = None) -> None:
    """Erase the lines in RAW of all customers in the list, in the folders of these days, perhaps of
    one load. Called in a transaction, with the table of `erasure/temporary` there."""
    salts = session.run("erasure/salts")
    for row in salts:
        _find(session, row["salt"], days, load_id)
    if salts:
        session.run("erasure/erase_lines", **days.bounds)


def _find(
    session: Session,
    salt: str,
    days: EventDays = ALL_DAYS,
    load_id: str | None = None,
    *,
    only: Forgotten | None = None,
) -> None:
    """Put the lines of customers into the temporary table: of all in the list with this salt, or of
    one."""
    scope = {**days.bounds, "load_id": load_id}
    session.run("erasure/find", **scope, salt=salt, lines=all_rows("raw_lines"), **_customers(only))
    _add_unreadable(session, salt, scope, only)
    count = 0
    while (lines := session.run("erasure/add_corrected")[0]["line_rows"]) > count:
        count = lines


def _add_unreadable(
    session: Session, salt: str, scope: Mapping[str, Any], only: Forgotten | None
) -> None:
    """Add the lines that are no JSON, of which nobody knows which word is the customer."""
    unreadable = session.run("erasure/unreadable", **scope)
    if not unreadable:
        return
    hashes = {c.customer_hash for c in ([only] if only else forgotten_customers(session))}
    theirs = [
        row
        for row in unreadable
        if any(hashed(salt, word).customer_hash in hashes for word in words(row["raw_text"]))
    ]
    names = ["source_filename", "source_row_number", "batch_date", "load_id"]
    for start in range(0, len(theirs), LINES_PER_STATEMENT):
        some = theirs[start : start + LINES_PER_STATEMENT]
        found = table(names, [[row[name] for name in names] for row in some])
        session.run("erasure/add_lines", lines_found=found)


def _days(session: Session, salt: str, *, only: Forgotten | None = None) -> Sequence[Row]:
    return session.run("erasure/days", salt=salt, **_customers(only))


def _customers(only: Forgotten | None) -> Mapping[str, Any]:
    """What stands for the list in a statement, where it is about one customer alone."""
    return {"erased_customers": table(["customer_hash"], [[only.customer_hash]])} if only else {}
