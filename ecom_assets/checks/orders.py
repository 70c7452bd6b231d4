"""The check `order_totals`: the money of an order's sales adds up to what the order says.

What an order's money is made of is said by the mapping that read it; staging has compared.
"""

from collections.abc import Sequence

from ecom_assets.checks.per_day import ByDay, DayResult, table
from ecom_assets.checks.samples import HIDDEN
from ecom_assets.model.limits import Limits
from ecom_assets.partitions import EventDays
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.rows import grouped_by_day

ORDERS_SHOWN = 10
MANY = 0.1
"""The share of orders from which on it is the mapping that is wrong rather than an order."""
SHOWN = ("order", "file", "line", "currency", "states", "adds up to")

ORDER_TOTALS = {
    "order_totals": "The money of each order without a reject adds up: its sales, and what the "
    "mapping says comes beside them (`[total]`), to what the order states. One that does not has "
    "an amount that is missing or counted twice; if many do not, the mapping is wrong: cents taken "
    "for whole amounts, tax or a discount left out, a price taken for a total. Warns, also where "
    f"no order states anything, and is an error where it is one in {1 / MANY:.0f} or more. Never "
    "holds a day."
}


def order_totals(session: Session, days: EventDays, limits: Limits) -> ByDay:
    """Per day, whether its orders add up, with the first that do not."""
    found = grouped_by_day(session.run("checks/order_totals", **days.bounds, per_day=ORDERS_SHOWN))
    return {day: _of_day(found.get(day, []), hide_values=limits.hide_values) for day in days.days}


def _of_day(rows: Sequence[Row], *, hide_values: bool) -> DayResult:
    if not rows:
        return DayResult(True, "No sale is of a mapping with [total]", {"orders": 0})
    orders, off = rows[0]["compared_orders"], rows[0]["off_orders"]
    if not orders:
        why = (
            f"None of {rows[0]['sale_rows']:,} sales is of an order that has no reject and states "
            "its total: see [total] in the mapping"
        )
        return DayResult(False, why, {"orders": 0}, warn_only=True)
    return DayResult(
        passed=not off,
        description=f"{off:,} of {orders:,} orders do not add up"
        if off
        else f"All {orders:,} orders add up",
        metadata={
            "orders that do not add up": off,
            "orders": orders,
            "sample": table(
                dict.fromkeys(SHOWN, "string"),
                [_shown(row, hide_values=hide_values) for row in rows if off],
            ),
        },
        warn_only=off < orders * MANY,
    )


def _shown(row: Row, *, hide_values: bool) -> Sequence[str]:
    counted = row["counted_amount"]
    values = (
        row["order_id"] or "(none)",
        row["currency"] or "(none)",
        f"{row['stated_amount']:,.4f}",
        "no amount" if counted is None else f"{counted:,.4f}",
    )
    order, currency, states, adds_up = [HIDDEN] * len(values) if hide_values else values
    line = str(row["source_row_number"])
    return (order, row["source_filename"], line, currency, states, adds_up)
