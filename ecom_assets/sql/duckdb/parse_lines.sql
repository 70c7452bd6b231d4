-- One row per current line of RAW that belongs to these days, its fields typed.
-- A field that does not fit its type is null. JSON is read once per line.
--
-- DuckDB turns JSON numbers into binary floats. Up to 15 characters with up to 4 decimals come back
-- as the number that was written; others are read again from the line (json_text). A number with an
-- exponent is written out before it is cast (plain_number).
insert into parsed_sales (
    event_id,
    event_ts,
    order_id,
    customer_id,
    session_id,
    product_id,
    category,
    quantity,
    unit_price,
    total_amount,
    currency,
    payment_method,
    country,
    device,
    marketing_channel,
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    ingestion_ts,
    is_object,
    event_date
)
with current_lines as (
    select
        r.raw,
        r.source_filename,
        r.source_row_number,
        r.batch_date,
        r.load_id,
        r.ingestion_ts,
        json_keys(r.raw) as keys,
        from_json(
            r.raw,
            '{
                "event_id": "VARCHAR",
                "event_ts": "VARCHAR",
                "order_id": "VARCHAR",
                "customer_id": "VARCHAR",
                "session_id": "VARCHAR",
                "product_id": "VARCHAR",
                "category": "VARCHAR",
                "quantity": "VARCHAR",
                "unit_price": "VARCHAR",
                "total_amount": "VARCHAR",
                "currency": "VARCHAR",
                "payment_method": "VARCHAR",
                "country": "VARCHAR",
                "device": "VARCHAR",
                "marketing_channel": "VARCHAR"
            }'
        ) as event
    from raw.raw_sales as r
    semi join raw.raw_sales_files as f
        on f.source_filename = r.source_filename
            and f.load_id = r.load_id
            and f.superseded_at is null
    where r.batch_date between :first_day and :last_batch_day
),

texts as (
    select
        *,
        case
            when
                length(event.event_id) > 15
                and regexp_full_match(
                    event.event_id, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)'
                )
                then json_text(raw, 'event_id')
            else event.event_id
        end as event_id_text,
        case
            when contains(event.customer_id, '.') and length(event.customer_id) > 15
                then json_text(raw, 'customer_id')
            else event.customer_id
        end as customer_id_text,
        case
            when contains(event.product_id, '.') and length(event.product_id) > 15
                then json_text(raw, 'product_id')
            else event.product_id
        end as product_id_text,
        case
            when
                regexp_full_match(
                    event.event_ts,
                    '\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])'
                    '([Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?'
                    '([Zz]|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?'
                )
                and not starts_with(event.event_ts, '0000')
                then regexp_replace(replace(upper(event.event_ts), ',', '.'), '(\.\d{6})\d+', '\1')
        end as event_ts_text,
        case
            when regexp_matches(event.quantity, '\.\d{5}|[eE]|.{16}')
                then plain_number(json_text(raw, 'quantity'))
            else event.quantity
        end as quantity_text,
        case
            when regexp_matches(event.unit_price, '\.\d{5}|[eE]|.{16}')
                then plain_number(json_text(raw, 'unit_price'))
            else event.unit_price
        end as unit_price_text,
        case
            when regexp_matches(event.total_amount, '\.\d{5}|[eE]|.{16}')
                then plain_number(json_text(raw, 'total_amount'))
            else event.total_amount
        end as total_amount_text
    from current_lines
),

typed as (
    select
        event_id_text as event_id,
        try_cast(event_ts_text as timestamptz) at time zone 'UTC' as event_ts,
        event.order_id as order_id,
        case
            when regexp_full_match(customer_id_text, '[+-]?\d+(\.0*)?')
                then try_cast(split_part(customer_id_text, '.', 1) as bigint)
        end as customer_id,
        event.session_id as session_id,
        case
            when regexp_full_match(product_id_text, '[+-]?\d+(\.0*)?')
                then try_cast(split_part(product_id_text, '.', 1) as bigint)
        end as product_id,
        event.category as category,
        case
            when regexp_full_match(
                quantity_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*'
            )
                then try_cast(quantity_text as decimal(18, 4))
        end as quantity,
        case
            when regexp_full_match(
                unit_price_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*'
            )
                then try_cast(unit_price_text as decimal(18, 4))
        end as unit_price,
        case
            when regexp_full_match(
                total_amount_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*'
            )
                then try_cast(total_amount_text as decimal(18, 4))
        end as total_amount,
        event.currency as currency,
        event.payment_method as payment_method,
        event.country as country,
        event.device as device,
        event.marketing_channel as marketing_channel,
        source_filename,
        source_row_number,
        batch_date,
        load_id,
        ingestion_ts,
        case
            when raw is null then false
            when len(keys) = 15 and :all_fields_present then true
            else
                coalesce(
                    json_type(raw) = 'OBJECT' and len(list_distinct(keys)) = len(keys),
                    false
                )
        end as is_object
    from texts
),

placed as (
    select
        *,
        case
            when is_object and cast(event_ts as date) between batch_date - :late_days and batch_date
                then cast(event_ts as date)
            else batch_date
        end as event_date
    from typed
)

select
    event_id,
    event_ts,
    order_id,
    customer_id,
    session_id,
    product_id,
    category,
    quantity,
    unit_price,
    total_amount,
    currency,
    payment_method,
    country,
    device,
    marketing_channel,
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    ingestion_ts,
    is_object,
    event_date
from placed
where event_date between :first_day and :last_day;
