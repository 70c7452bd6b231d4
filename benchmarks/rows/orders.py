"""A day of orders, a line each, unfolded into their items, beside a handwritten script."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from benchmarks.measure import Run, paired, run
from benchmarks.project import Shop
from benchmarks.registry import PEER_SCRIPTS, PROJECT_ROOT, Bench, Figure, Room, figure
from benchmarks.rows.big_day import GB, START_EXCLUDED, Differs

DAY = date(2026, 1, 5)
ITEMS = 5
TOTALS = """
select
    (select count(*) from raw.raw_sales),
    (select count(*) from staging.stg_sales_clean),
    (select sum(total_amount) from staging.stg_sales_clean),
    (select sum(hash(event_id, event_ts, order_id, product_id, quantity, unit_price, total_amount,
        currency, country, payment_method, source_row_number, source_item_number))
        from analytics.fact_sales),
    (select count(*) from staging.stg_sales_rejects),
    (select sum(hash(reason, reasons, source_row_number, source_item_number))
        from staging.stg_sales_rejects)
"""


def order(number: int, random: Random) -> dict[str, Any]:
    """An order of five items, of the shape that the mapping `shopify_order` is for."""
    items = [
        {
            "id": number * 10 + place,
            "product_id": random.randrange(1, 500),
            "title": f"Thing number {place}",
            "sku": f"SKU-{place}",
            "quantity": random.randrange(1, 4),
            "price": f"{random.randrange(2, 200)}.{random.randrange(100):02d}",
            "total_discount": "0.00",
            "vendor": "acme",
            "taxable": True,
            "discount_allocations": [] if place else [{"amount": "1.00"}],
            "tax_lines": [{"price": "0.50", "rate": 0.2, "title": "VAT"}],
        }
        for place in range(ITEMS)
    ]
    hour, minute, second = number % 24, number % 60, number * 7 % 60
    return {
        "id": number,
        "name": f"#{number}",
        "created_at": f"{DAY}T{hour:02d}:{minute:02d}:{second:02d}Z",
        "updated_at": f"{DAY}T23:59:00Z",
        "currency": "EUR",
        "financial_status": "paid" if number % 50 else "pending",
        "subtotal_price": "90.00",
        "customer": {"id": number % 5000, "first_name": "A"},
        "shipping_address": {"country_code": "DE", "city": "Berlin", "zip": "10115"},
        "payment_gateway_names": ["shopify_payments"],
        "line_items": items,
        "note_attributes": [],
        "source_name": "web",
        "test": False,
    }


def landed(room: Room) -> Path:
    """The day's file: some orders come again, later and changed; some are broken."""
    orders = 20_000 if room.quick else 200_000
    path = room.folder / f"orders-{orders}" / f"dt={DAY}" / "orders.jsonl"
    if not path.exists():
        random = Random(1)
        path.parent.mkdir(parents=True)
        with path.open("w") as file:
            for number in range(1, orders + 1):
                one = order(number, random)
                if number % 40 == 1:
                    one["line_items"][0]["price"] = "on request"
                if number % 200 == 3:
                    one["line_items"] = []
                file.write(json.dumps(one, separators=(",", ":")) + "\n")
                if number % 100 == 7:
                    later = {**one, "updated_at": f"{DAY}T23:59:30Z"}
                    file.write(json.dumps(later, separators=(",", ":")) + "\n")
    return path


def totals(database: Path) -> Sequence[object]:
    with duckdb.connect(database, read_only=True) as connection:
        found = connection.execute(TOTALS).fetchone()
    assert found is not None
    return found


def beside_handwriting(room: Room) -> Sequence[Figure]:
    file = landed(room)
    made: dict[str, Path] = {}

    def ours() -> Run:
        shop = Shop(room.new_folder("project"), file.parent.parent, DAY, mapping="shopify_order")
        made["ours"] = shop.database
        return shop.run("run", DAY)

    def theirs() -> Run:
        made["theirs"] = room.new_folder("handwritten") / "warehouse.duckdb"
        script = PEER_SCRIPTS / "handwritten_orders.py"
        return run([room.peers, script, file, made["theirs"]], folder=PROJECT_ROOT)

    pairs = paired(ours, theirs, room.pairs(3))
    found = {side: totals(database) for side, database in made.items()}
    if found["ours"] != found["theirs"]:
        raise Differs(f"the tables are not the same: {found}")
    return [
        figure("time", "s", 1, pairs, lambda one: one.seconds, 1.3),
        figure("peak memory", "GB", GB, pairs, lambda one: one.peak_bytes, 1.5),
        figure("processor time, start included", "s", 1, pairs, lambda one: one.cpu_seconds),
    ]


BENCHES = [
    Bench(
        "orders",
        "200,000 orders of 5 items, a line each, unfolded by the mapping `shopify_order`, landing "
        "to FACT_SALES with all checks, Dagster run included",
        "a hand-written DuckDB script that unfolds the same file into the same five tables",
        "≤ 1.3 × its time, ≤ 1.5 × its peak memory",
        beside_handwriting,
        f"`benchmarks/peers/handwritten_orders.py`. {START_EXCLUDED} Counts, sums and "
        "fingerprints of the tables are compared in the same run.",
        "what the script does not do: see `big-day`. Beside that, keys that stand twice anywhere "
        "in a line are a third of the parsing, and each order's money is added up.",
        means=(
            "a day of orders that are unfolded takes about twice as long as with a script of "
            "your own, and more memory."
        ),
    )
]
