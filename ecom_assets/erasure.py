"""Forgetting a customer, everywhere: Dagster's stored texts first, which are found by what RAW says
of the customer, then the warehouse. It may be run again where it was interrupted.

The list of those who were forgotten stands in the warehouse, and in Dagster's storage as well: so a
warehouse that is put back from a backup loses them again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime

import dagster as dg

from ecom_assets.landing.zone import LandingZone
from ecom_assets.model.limits import Limits
from ecom_assets.pipeline.forget import (
    Forgotten,
    Found,
    erase,
    find_customer,
    forget_customer,
    forgotten_customers,
    suppress_customers,
)
from ecom_assets.stopping import AT_WORK
from ecom_assets.stored_texts import Wanted, erase_stored_texts
from ecom_assets.warehouse.contract import Log, Purpose, Session, Warehouse

_KEY = "ecom_assets.forgotten"
"""Under which Dagster's storage keeps the list."""


class ErasureError(Exception):
    """A customer cannot be forgotten now; the text says why, and what to do."""


@dataclass(frozen=True)
class Certificate:
    """What was erased, or would be.

    Attributes:
        found: what there was in the warehouse.
        stored: of each of Dagster's tables how many rows were changed.
        left: where it may be all the same, a phrase each.
        at: when, in UTC; None: nothing was erased yet.
    """

    found: Found
    stored: Mapping[str, int]
    left: Sequence[str]
    at: datetime | None

    def lines(self) -> Sequence[str]:
        """The certificate, a line each; the customer's id is not in it."""
        from ecom_assets.text.figures import counted  # takes long, and is for few runs

        customer = self.found.forgotten
        files = self.found.files
        rows = sum(row["line_rows"] for row in files)
        others = sum(row["other_sale_rows"] for row in files)
        did = f"Erased at {self.at:%Y-%m-%d %H:%M} UTC" if self.at else "Would be erased"
        told = [
            f"{did}: the customer whose id has the SHA-256 {customer.customer_hash} behind "
            f"{customer.salt}.",
            f"RAW: what {counted(rows, 'line')} held, in {counted(len(files), 'version')} of files",
            *(
                f"  {row['source_filename']}{'' if row['is_current'] else ', replaced since'}: "
                f"{counted(row['line_rows'], 'line')}, {counted(row['sale_rows'], 'sale')}"
                for row in files
            ),
        ]
        if others:
            told.append(f"  {counted(others, 'sale')} of others in the same lines go with them")
        days = ", ".join(map(str, sorted(days_of(self.found)))) or "none"
        told.append(f"STAGING and ANALYTICS: the customer's rows; days: {days}")
        if self.found.decisions:
            told.append(f"DECISIONS: {counted(len(self.found.decisions), 'reason')} by name")
        if self.at:
            stored = ", ".join(f"{name} {count:,}" for name, count in self.stored.items() if count)
            told.append(f"Dagster's storage, rows changed: {stored or 'none'}")
        return [*told, "Not reached:", *(f"- {place}" for place in self.left)]


def forget(
    instance: dg.DagsterInstance,
    warehouse: Warehouse,
    landing: LandingZone,
    customer: str,
    limits: Limits,
    *,
    is_meant: bool,
    run_id: str | None,
    log: Log,
) -> Certificate:
    """Erase what leads to a customer, or say what would be erased.

    Args:
        instance: Dagster's, whose stored texts are gone through.
        warehouse: the tables.
        landing: named in the certificate; its files are never written.
        customer: the customer's id, as `customer_id` has it.
        limits: by which the days are staged anew.
        is_meant: whether it is done.
        run_id: the run that does it, if any.
        log: told of what is waited for.

    Raises:
        ErasureError: there is no id, or runs are at work.
        WarehouseError: the warehouse cannot be used.
    """
    if not customer.strip():
        raise ErasureError("Name the customer by their id, as customer_id has it.")
    if is_meant:
        _see_nothing_at_work(instance, run_id)
    purpose = Purpose("forget", run_id or "forget", read_only=not is_meant)
    with warehouse.session(purpose, log) as session:
        found = find_customer(session, customer)
    left = [*_left(landing, found)]
    if not is_meant:
        return Certificate(found, {}, left, None)
    # without a session: a DuckDB file would be held meanwhile
    stored = erase_stored_texts(instance, Wanted(found.values, days_of(found)))
    with warehouse.session(purpose, log) as session:
        forget_customer(session, found, limits, run_id=run_id, log=log)
        _write_list(instance, forgotten_customers(session))
    if kept := warehouse.rewrite(log):
        left.insert(1, f"the warehouse: {kept}")
    return Certificate(found, stored, left, datetime.now(UTC))


def see_forgotten(
    instance: dg.DagsterInstance, session: Session, limits: Limits, *, log: Log
) -> None:
    """Erase those customers again whom Dagster's storage knows to be forgotten and the warehouse
    does not: it was put back from a backup."""
    listed = _read_list(instance)
    if not listed:
        return
    missing = {*listed} - {*forgotten_customers(session)}
    if missing:
        log(
            f"The warehouse does not know {len(missing)} of the customers who were forgotten, as "
            "it is after a restore: they are erased again."
        )
        suppress_customers(session, sorted(missing, key=astuple), run_id=None)
        erase(session, limits, run_id=None, log=log)


def days_of(found: Found) -> set[date]:
    """The days that what was found is about."""
    return {*found.days, *(row["batch_date"] for row in found.files)}


def _left(landing: LandingZone, found: Found) -> Sequence[str]:
    files = [row["source_filename"] for row in found.files if row["is_current"]]
    return [
        f"files in {landing.url}, which are never written: take the lines out of "
        + (", ".join(files) or "none that is known"),
        "backups of the warehouse, of Dagster's storage and of the landing zone; the log of writes "
        "of PostgreSQL, until it is written over",
        "what was sent or taken away: alerts, exports, files of corrections, what a browser keeps "
        "of a Launchpad",
    ]


def _see_nothing_at_work(instance: dg.DagsterInstance, run_id: str | None) -> None:
    at_work = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING, *AT_WORK])
    runs = [run for run in instance.get_runs(at_work) if run.run_id != run_id]
    if runs:
        raise ErasureError(
            f"Runs at work may write of the customer meanwhile, {runs[0].run_id} among them: wait "
            "for their end, or end them, then run this again."
        )


def _read_list(instance: dg.DagsterInstance) -> Sequence[Forgotten]:
    stored = instance.daemon_cursor_storage.get_cursor_values({_KEY}).get(_KEY)
    return [Forgotten(*one) for one in json.loads(stored)] if stored else []


def _write_list(instance: dg.DagsterInstance, customers: Sequence[Forgotten]) -> None:
    listed = sorted({*customers, *_read_list(instance)}, key=astuple)
    instance.daemon_cursor_storage.set_cursor_values(
        {_KEY: json.dumps([astuple(one) for one in listed])}
    )
