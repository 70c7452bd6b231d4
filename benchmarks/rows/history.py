"""One more day on top of a long history, beside the same day on an empty warehouse."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import duckdb

from benchmarks.measure import Pairs, paired
from benchmarks.project import Shop, day_range, land_day
from benchmarks.registry import Bench, Figure, Room
from benchmarks.rows.landing import instance_of, take_in
from ecom_assets.landing.folder import FolderZone
from ecom_assets.model.limits import Limits
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.publish import publish_audited_days
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBWarehouse

FIRST = date(2023, 1, 1)
EVENTS = 10_000
SEED_EVENTS = 20
"""Events a day that go through the project's code; the others are made of them."""
LIMITS = Limits(FIRST, 0, Decimal("0.10"), Decimal("0.30"), hide_values=False)

MULTIPLIED = {
    "raw.raw_sales": """
        select seed.* replace (
            cast(replace(raw, '"event_id":"', '"event_id":"' || copy || '-') as json) as raw,
            source_row_number + copy * 1000 as source_row_number
        )
        from seed, range($copies) as copies (copy)
        order by batch_date""",
    "staging.stg_sales_clean": """
        select seed.* replace (
            copy || '-' || event_id as event_id,
            source_row_number + copy * 1000 as source_row_number
        )
        from seed, range($copies) as copies (copy)
        order by event_date""",
    "staging.stg_sales_rejects": """
        select seed.* replace (source_row_number + copy * 1000 as source_row_number)
        from seed, range($copies) as copies (copy)
        order by event_date""",
}
MULTIPLIED["analytics.fact_sales"] = MULTIPLIED["staging.stg_sales_clean"]
"""For each large table what becomes of the few rows of each day."""

COUNTS = {
    "raw.raw_sales_files": ["row_count"],
    "staging.sales_quality": ["raw_rows", "clean_rows", "reject_rows"],
    "staging.sales_quality_rules": ["reject_rows", "broken_rows"],
    "analytics.fact_sales_days": ["sales", "revenue"],
}
"""For each small table the columns that count rows."""


def one_more_day(room: Room) -> Sequence[Figure]:
    events = 1_000 if room.quick else EVENTS
    days = day_range(FIRST, 60 if room.quick else 1_000)
    grown = Shop(room.new_folder("history"), room.folder / "landing-history", FIRST)
    make_history(grown, days, events)
    runs = Pairs([], [])
    for day in day_range(days[-1] + timedelta(days=1), room.pairs(3)):
        land_day(grown.landing, day, events)
        root = room.new_folder("empty")
        empty = Shop(root, root / "landing", day)
        land_day(empty.landing, day, events)
        runs += paired(partial(grown.run, "run", day), partial(empty.run, "run", day), 1)
    ticks = paired(partial(grown.run, "tick"), partial(empty.run, "tick"), room.pairs(3))
    return [_figure("one more day", runs), _figure("a sensor tick", ticks)]


def make_history(shop: Shop, days: Sequence[date], events: int) -> None:
    """Days in all tables, and Dagster told of them.

    A few events a day go through the project's own functions; the large tables are then
    multiplied, in the order in which days would have come, and so are the counts.
    """
    for day in days:
        land_day(shop.landing, day, SEED_EVENTS)
    zone = FolderZone(shop.landing)
    range_ = EventDays(days[0], days[-1])
    warehouse = DuckDBWarehouse(shop.database)
    with warehouse.session(Purpose("bench", "bench"), print) as session:
        load_new_files(session, zone, range_, run_id="bench", log=print)
        stage_days(session, range_, LIMITS, run_id="bench")
        publish_audited_days(session, range_, LIMITS, log=print, run_id="bench")
    copies = events // SEED_EVENTS
    with duckdb.connect(shop.database) as connection:
        for table, rows in MULTIPLIED.items():
            connection.execute(f"create temp table seed as from {table}")
            connection.execute(f"truncate {table}")
            connection.execute("checkpoint")
            connection.execute(f"insert into {table} {rows}", {"copies": copies})
            connection.execute("drop table seed")
        for table, columns in COUNTS.items():
            counts = ", ".join(f"{column} = {column} * {copies}" for column in columns)
            connection.execute(f"update {table} set {counts}")
        connection.execute("checkpoint")
    with instance_of(shop) as instance:
        take_in(instance, zone, days)


def _figure(what: str, pairs: Pairs) -> Figure:
    ours, theirs = pairs.medians(lambda one: one.seconds)
    ratio = pairs.ratio(lambda one: one.seconds)
    return Figure(what, f"{ours:.2f} s", f"{theirs:.2f} s", ratio, 1.15)


BENCHES = [
    Bench(
        "history",
        "one more day on top of 1,000 days of history (1,000 × 10,000 events); the arrival "
        "sensor's tick as well",
        "the same day on an empty warehouse",
        "≤ 1.15 ×",
        one_more_day,
        f"{SEED_EVENTS} events of each of the days go through the project's own functions in one "
        "range; then the rows of the large tables are multiplied in SQL, in the order of the days, "
        "with ids of their own. Dagster is told of each day's files. The day's run is measured as "
        "in `big-day`; the tick is the fastest of three.",
        "of the day: no statement on the large tables takes longer; the report and the digest, "
        "which the run's last step makes, draw and count 1,000 days in place of one, which is the "
        "rest. The tick looks at what there is: up to 366 older days and 10,000 older files a "
        "time, then at the next piece. It grows up to that and no further, however long the "
        "history. Half of it is Dagster's reading of what it was told of those days, a quarter "
        "listing them.",
        means="with a long history a run takes some tenths of a second more, for its report, and "
        "so does a tick, once a minute.",
    )
]
