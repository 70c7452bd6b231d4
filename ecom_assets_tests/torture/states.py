"""What the tables hold of each day, to be compared: load ids, run ids and times aside.

Read through a DuckDB connection of its own: the file between sessions, or the double's database,
in one snapshot, as a reader on the side sees it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ecom_assets_tests.torture.report import Figures

Rows = Counter[tuple[Any, ...]]
State = Mapping[tuple[str, date], Rows]
"""By layer and day: what is written in one transaction, and how often each row is there."""

LINES = """
select
    r.batch_date, r.source_filename, r.source_row_number,
    coalesce(r.raw_text, cast(r.raw as varchar)), f.load_id is null, f.superseded_at is null
from {0}raw.raw_sales as r
left join {0}raw.raw_sales_files as f using (load_id, source_filename)
"""
FILES = """
select batch_date, source_filename, size_bytes, row_count, superseded_at is null
from {0}raw.raw_sales_files
"""
LAYERS = {
    "raw": {"files": FILES, "lines": LINES},
    "staging": {
        "clean": "select event_date, * exclude (ingestion_ts) from {0}staging.stg_sales_clean",
        "rejects": "select event_date, * exclude (ingestion_ts, run_id) "
        "from {0}staging.stg_sales_rejects",
        "quality": "select event_date, * exclude (run_id, evaluated_at) "
        "from {0}staging.sales_quality",
        "rules": "select event_date, * exclude (run_id) from {0}staging.sales_quality_rules",
        "fields": "select event_date, * exclude (run_id) from {0}staging.sales_quality_fields",
    },
    "analytics": {
        "fact": "select event_date, * exclude (ingestion_ts) from {0}analytics.fact_sales",
        "repeats": "select event_date, * exclude (ingestion_ts) from {0}staging.stg_sales_repeats",
        "days": "select event_date, * exclude (staged_at) from {0}analytics.fact_sales_days",
        "breakdowns": "select event_date, * from {0}analytics.fact_sales_breakdowns",
    },
}
TABLES = (
    *("raw.raw_sales", "raw.raw_sales_files", "staging.stg_sales_clean"),
    *("staging.stg_sales_rejects", "staging.sales_quality", "staging.sales_quality_rules"),
    *("staging.sales_quality_fields", "staging.stg_sales_repeats"),
    *("analytics.fact_sales", "analytics.fact_sales_days", "analytics.fact_sales_breakdowns"),
)


def read_state(connection: Any, database: str = "") -> State:
    """All days, in one transaction.

    Args:
        connection: DuckDB's.
        database: where there are several, its name.
    """
    prefix = f"{database}." if database else ""
    found: dict[tuple[str, date], Rows] = {}
    connection.execute("begin")
    try:
        for layer, tables in LAYERS.items():
            for name, query in tables.items():
                for day, *row in connection.execute(query.format(prefix)).fetchall():
                    found.setdefault((layer, day), Counter())[name, *row] += 1
    finally:
        connection.execute("rollback")
    return found


def see_whole(found: State, allowed: Iterable[State], days: Iterable[date], said: str) -> int:
    """See that each day of each layer is whole: all rows of one of the states.

    Returns: how many days were looked at.
    """
    states = list(allowed)
    looked_at = list(days)
    for layer in LAYERS:
        for day in looked_at:
            rows = found.get((layer, day), Counter())
            assert any(rows == state.get((layer, day), Counter()) for state in states), (
                f"{said}: {layer} of {day} is neither old nor new: {rows.total()} rows, "
                f"{[state.get((layer, day), Counter()).total() for state in states]} wanted"
            )
    return len(looked_at)


def see_same(found: State, wanted: State, figures: Figures, said: str) -> None:
    """See that all tables hold the same rows."""
    lost = sum((wanted[key] - found.get(key, Counter())).total() for key in wanted)
    doubled = sum((found[key] - wanted.get(key, Counter())).total() for key in found)
    figures.count("rows compared", sum(rows.total() for rows in wanted.values()))
    figures.count("days checked", len({day for _, day in wanted}))
    figures.count("lost", lost)
    figures.count("doubled", doubled)
    assert (lost, doubled) == (0, 0), f"{said}: {lost} rows lost, {doubled} too many"


def current(state: State) -> State:
    """A state without versions of files that others have replaced: how many there were between two
    runs depends on who came when."""
    return {
        (layer, day): rows
        if layer != "raw"
        else Counter({row: times for row, times in rows.items() if row[-1]})
        for (layer, day), rows in state.items()
    }


def see_balance(state: State) -> None:
    """See that a state is worth comparing with: each line clean or rejected, clean published."""
    for day in {day for _, day in state}:
        names = Counter[str]()
        for layer in LAYERS:
            for (name, *row), times in state[layer, day].items():
                if name != "lines" or row[-1]:  # of a current version
                    names[name] += times
        assert names["lines"] == names["clean"] + names["rejects"] > 0
        assert names["clean"] == names["fact"] > 0
        assert names["rejects"] > 0
