"""Sale events made as most examples make them: Faker called for each field of each event.

python faker_events.py FILE ROWS
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from faker import Faker


def event(fake: Faker) -> dict[str, Any]:
    """One event, with the project's fields."""
    quantity = fake.random_int(1, 5)
    price = fake.pydecimal(left_digits=3, right_digits=2, positive=True)
    return {
        "event_id": fake.uuid4(),
        "event_ts": fake.date_time_between("-1d", "now").isoformat(),
        "order_id": fake.bothify("ORD-########"),
        "customer_id": fake.random_int(1, 20_000),
        "session_id": fake.hexify("^^^^^^^^^^^^^^^^"),
        "product_id": fake.random_int(1, 1_000),
        "category": fake.random_element(("Books", "Toys", "Garden", "Music", "Sports")),
        "quantity": quantity,
        "unit_price": float(price),
        "total_amount": float(price * quantity),
        "currency": fake.currency_code(),
        "payment_method": fake.random_element(("credit_card", "paypal", "invoice")),
        "country": fake.country_code(),
        "device": fake.random_element(("mobile", "desktop", "tablet")),
        "marketing_channel": fake.random_element(("email", "search", "direct", "social")),
    }


def main(file: Path, rows: int) -> dict[str, float]:
    """Write that many events; returns the seconds."""
    Faker.seed(1)
    fake = Faker()
    start = time.perf_counter()
    with file.open("w", encoding="utf-8") as stream:
        for _ in range(rows):
            stream.write(json.dumps(event(fake)) + "\n")
    return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
