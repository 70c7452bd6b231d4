"""What is measured, one module per kind; each lists its `BENCHES`."""

from collections.abc import Sequence

from benchmarks.registry import Bench
from benchmarks.rows import (
    big_day,
    click,
    days,
    generator,
    history,
    landing,
    limits,
    orders,
    peers,
    snowflake,
    start,
)


def all_benches() -> Sequence[Bench]:
    """Every benchmark, in the order of the document."""
    modules = (
        *(big_day, limits, peers, orders, generator),
        *(start, click, days, history, landing, snowflake),
    )
    return [bench for module in modules for bench in module.BENCHES]
