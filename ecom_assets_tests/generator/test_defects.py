"""Each rule's defects break it and no rule before it, as the warehouse judges them."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from ecom_assets.generator import generate_day
from ecom_assets.model.sales import SALES
from ecom_assets_tests.conftest import Pipeline

FIRST = date(2026, 1, 1)
LINES = 60


def test_a_defect_breaks_its_rule_and_none_before_it_also_in_the_warehouse(
    pipeline: Pipeline,
) -> None:
    pipeline.configure(reject_rate_error=Decimal(1))
    defective = [rule for rule in SALES.rules if rule.defect]
    days = {rule: FIRST + timedelta(days=n) for n, rule in enumerate(defective)}
    for rule, day in days.items():
        lines = generate_day(day, seed=1, rows=LINES, defect_share=0.5, rules=[rule])
        pipeline.land(f"dt={day}/a.jsonl", b"".join(lines))
    pipeline.run(
        FIRST, max(days.values()), selection=["raw_sales", "stg_sales_clean", "stg_sales_rejects"]
    )
    rejects = pipeline.query("select event_date, reason from staging.stg_sales_rejects")
    assert Counter(rejects) == {(day, rule.reason): LINES // 2 for rule, day in days.items()}
