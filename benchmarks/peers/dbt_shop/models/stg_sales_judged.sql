{{ config(schema="staging", materialized="table") }}

with parsed as (
    select
        source_row_number,
        event_date,
        raw,
        from_json(raw, '{
            "event_id": "VARCHAR", "event_ts": "VARCHAR", "order_id": "VARCHAR",
            "customer_id": "VARCHAR", "session_id": "VARCHAR", "product_id": "VARCHAR",
            "category": "VARCHAR", "quantity": "VARCHAR", "unit_price": "VARCHAR",
            "total_amount": "VARCHAR", "currency": "VARCHAR", "payment_method": "VARCHAR",
            "country": "VARCHAR", "device": "VARCHAR", "marketing_channel": "VARCHAR"
        }') as event
    from {{ ref("raw_sales") }}
    where event_date = '{{ var("day") }}'
),

typed as (
    select
        source_row_number,
        event_date,
        raw,
        event.event_id,
        try_cast(event.event_ts as timestamp) as event_ts,
        event.order_id,
        event.customer_id,
        event.session_id,
        event.product_id,
        event.category,
        try_cast(event.quantity as decimal(18, 4)) as quantity,
        try_cast(event.unit_price as decimal(18, 4)) as unit_price,
        try_cast(event.total_amount as decimal(18, 4)) as total_amount,
        event.currency,
        event.payment_method,
        event.country,
        event.device,
        event.marketing_channel
    from parsed
),

judged as (
    select
        *,
        case when raw is null then 'Malformed JSON' else concat_ws('; ',
            case when coalesce(trim(event_id), '') = '' then 'Missing event_id' end,
            case when event_ts is null then 'Invalid event_ts' end,
            case when quantity is null then 'Invalid quantity' end,
            case when quantity <= 0 then 'Non-positive quantity' end,
            case when total_amount is null then 'Invalid total_amount' end,
            case when total_amount < 0 then 'Negative total_amount' end,
            case
                when cast(event_ts as date) <> event_date then 'event_ts outside its event date'
            end
        ) end as broken
    from typed
),

duplicates as (
    select source_row_number
    from judged
    where event_id in (select event_id from judged group by event_id having count(*) > 1)
    qualify
        source_row_number
        > min(source_row_number) filter (where broken = '') over (partition by event_id)
)

select
    * exclude (raw, broken),
    concat_ws('; ',
        nullif(broken, ''),
        case
            when source_row_number in (select source_row_number from duplicates)
                then 'Duplicate event_id'
        end
    ) as reasons
from judged
