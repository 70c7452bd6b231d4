"""A hand-written DuckDB script that unfolds a file of a day's Shopify orders into the five tables.

What a data engineer writes who knows DuckDB well and has one such file: lines read by the parallel
CSV reader, JSON taken apart once into a structure, items unnested, everything in bulk inserts. Of
orders that come again the latest version stays. The row that runs it compares the tables.

    python handwritten_orders.py FILE DATABASE
"""

import json
import sys
import time
from pathlib import Path

from handwritten import main

SPLIT = """
create temp table judged as
with orders as (
    select
        source_row_number,
        from_json(raw, '{
            "id": "VARCHAR", "created_at": "VARCHAR", "updated_at": "VARCHAR", "test": "VARCHAR",
            "cancelled_at": "VARCHAR", "financial_status": "VARCHAR", "currency": "VARCHAR",
            "customer": {"id": "VARCHAR"}, "client_details": {"session_hash": "VARCHAR"},
            "shipping_address": {"country_code": "VARCHAR"},
            "billing_address": {"country_code": "VARCHAR"},
            "payment_gateway_names": ["VARCHAR"],
            "line_items": [{
                "id": "VARCHAR", "product_id": "VARCHAR", "sku": "VARCHAR", "quantity": "VARCHAR",
                "price": "VARCHAR", "discount_allocations": [{"amount": "VARCHAR"}]
            }]
        }') as o,
        raw is null as is_malformed
    from raw.raw_sales
),

sales as (
    select
        source_row_number,
        o,
        is_malformed,
        coalesce(len(o.line_items), 0) > 0 as has_items,
        unnest(case when len(o.line_items) > 0 then o.line_items else [null] end) as item,
        unnest(generate_series(1, greatest(coalesce(len(o.line_items), 1), 1))) as item_number,
    from orders
    where is_malformed
        or (
            o.test is distinct from 'true'
            and o.cancelled_at is null
            and o.financial_status in (
                'authorized', 'partially_paid', 'paid', 'partially_refunded', 'refunded'
            )
        )
),

typed as (
    select
        'shopify-' || o.id || '-' || item.id as event_id,
        try_cast(o.created_at as timestamptz) at time zone 'UTC' as event_ts,
        o.id as order_id,
        o.customer.id as customer_id,
        o.client_details.session_hash as session_id,
        coalesce(item.product_id, item.sku) as product_id,
        try_cast(item.quantity as decimal(18, 4)) as quantity,
        try_cast(item.price as decimal(18, 4)) as unit_price,
        cast(
            try_cast(item.price as decimal(19, 4)) * try_cast(item.quantity as decimal(18, 4))
            - coalesce(
                list_sum(
                    list_transform(
                        item.discount_allocations, lambda d: try_cast(d.amount as decimal(18, 4))
                    )
                ),
                0
            ) as decimal(18, 4)
        ) as total_amount,
        o.currency as currency,
        o.payment_gateway_names[1] as payment_method,
        coalesce(o.shipping_address.country_code, o.billing_address.country_code) as country,
        try_cast(o.updated_at as timestamptz) as version,
        is_malformed,
        has_items,
        source_row_number,
        item_number,
    from sales
)

select
    *,
    case when is_malformed then '; Malformed JSON' when not has_items then '; No items' else concat(
        case when coalesce(trim(event_id), '') = '' then '; Missing event_id' end,
        case when event_ts is null then '; Invalid event_ts' end,
        case when quantity is null then '; Invalid quantity' end,
        case when quantity <= 0 then '; Non-positive quantity' end,
        case when total_amount is null then '; Invalid total_amount' end,
        case when total_amount < 0 then '; Negative total_amount' end,
        case when cast(event_ts as date) <> $day then '; event_ts outside its event date' end
    ) end as broken
from typed;

create temp table replaced as
select source_row_number, item_number
from judged
where broken = ''
    and order_id in (
        select order_id from judged where broken = '' group by order_id
        having max(version) > min(version)
    )
qualify version < max(version) over (partition by order_id);

create temp table duplicates as
select source_row_number, item_number
from judged
where event_id in (select event_id from judged group by event_id having count(*) > 1)
    and broken = ''
    and (source_row_number, item_number) not in (from replaced)
qualify row_number() over (partition by event_id order by source_row_number, item_number) > 1;
"""

WRITE = """
alter table staging.stg_sales_clean add column source_item_number bigint;
alter table staging.stg_sales_rejects add column source_item_number bigint;
alter table analytics.fact_sales add column source_item_number bigint;

insert into staging.stg_sales_clean
select
    event_id, event_ts, $day, order_id, customer_id, session_id, product_id, null, quantity,
    unit_price, total_amount, currency, payment_method, country, null, null, $name,
    source_row_number, $now, item_number
from judged
where broken = ''
    and (source_row_number, item_number) not in (from replaced)
    and (source_row_number, item_number) not in (from duplicates);

insert into staging.stg_sales_rejects
select
    string_split(reasons, '; ')[1], reasons, raw, raw_text, $day, $name, source_row_number, $now,
    item_number
from (
    select
        source_row_number,
        item_number,
        concat(
            broken,
            case
                when (source_row_number, item_number) in (from replaced)
                    then '; Replaced by a later version'
            end,
            case when (source_row_number, item_number) in (from duplicates)
                then '; Duplicate event_id' end
        )[3:] as reasons
    from judged
    where broken <> ''
        or (source_row_number, item_number) in (from replaced)
        or (source_row_number, item_number) in (from duplicates)
)
join raw.raw_sales using (source_row_number);

insert into analytics.fact_sales from staging.stg_sales_clean;
"""


if __name__ == "__main__":
    start = time.perf_counter()
    parts = main(Path(sys.argv[1]), Path(sys.argv[2]), split=SPLIT, write=WRITE)
    print(json.dumps({"seconds": time.perf_counter() - start, "parts": parts}))
