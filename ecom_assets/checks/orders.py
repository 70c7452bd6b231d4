"""The check `order_totals`: the money of an order's sales adds up to what the order says.

What an order's money is made of is said by the mapping that read it; staging has compared.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from ecom_assets.checks.per_day import ByDay, DayResult, table
from ecom_assets.partitions import EventDays
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.rows import grouped_by_day

ORDERS_SHOWN = 10
MANY = 0.1
"""The share of orders from which on it is the mapping that is wrong rather than an order."""

SHOWN = ("order", "file", "line", "currency", "states", "adds up to")

ORDER_TOTALS = {
    "order_totals": "The money of each order adds up: its sales, and what the mapping says comes "
    "beside them (`[total]`), to what the order states. One that does not has an amount that is "
    "missing or counted twice; if many do not, the mapping is wrong: cents taken for whole "
    "amounts, tax or a discount left out, a price taken for a total. Warns, and is an error where "
    f"it is one in {1 / MANY:.0f} or more. Never holds a day."
}


def order_totals(session: Session, days: EventDays) -> ByDay:
    """Per day, whether its orders add up, with the first that do not."""
    found = grouped_by_day(session.run("checks/order_totals", **days.bounds, per_day=ORDERS_SHOWN))
    return {day: _of_day(day, found) for day in days.days}


def _of_day(day: date, found: Mapping[date, Sequence[Row]]) -> DayResult:
    rows = found.get(day, [])
    if not rows:
        return DayResult(True, "No mapping says what an order's money adds up to", {"orders": 0})
    orders, off = rows[0]["compared_orders"], rows[0]["off_orders"]
    return DayResult(
        passed=not off,
        description=f"{off:,} of {orders:,} orders do not add up"
        if off
        else f"All {orders:,} orders add up",
        metadata={
            "orders that do not add up": off,
            "orders": orders,
            "sample": table(
                dict.fromkeys(
                    ("order", "file", "line", "currency", "states", "adds up to"), "string"
                ),
                [
                    (
                        *(row["order_id"] or "(none)", row["source_filename"]),
                        *(str(row["source_row_number"]), row["currency"] or "(none)"),
                        *(_amount(row["stated_amount"]), _amount(row["counted_amount"])),
                    )
                    for row in rows
                    if off
                ],
            ),
        },
        warn_only=off < orders * MANY,
    )


def _amount(value: object) -> str:
    return "no amount" if value is None else f"{value:,.4f}"
