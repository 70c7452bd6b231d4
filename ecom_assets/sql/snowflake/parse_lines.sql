-- One row per current line of RAW that belongs to these days, its fields typed.
-- A field that does not fit its type is null. JSON is read from the VARIANT, never parsed again.
--
-- A moment is put together from its parts: how Snowflake detects a format on its own is not relied
-- on. A whole number is kept only where it fits 64 bits, as in DuckDB.
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
with texts as (
    select
        r.source_filename,
        r.source_row_number,
        r.batch_date,
        r.load_id,
        r.ingestion_ts,
        cast(r.raw:event_id as varchar) as event_id,
        upper(replace(cast(r.raw:event_ts as varchar), ',', '.')) as event_ts,
        cast(r.raw:order_id as varchar) as order_id,
        cast(r.raw:customer_id as varchar) as customer_id,
        cast(r.raw:session_id as varchar) as session_id,
        cast(r.raw:product_id as varchar) as product_id,
        cast(r.raw:category as varchar) as category,
        cast(r.raw:quantity as varchar) as quantity,
        cast(r.raw:unit_price as varchar) as unit_price,
        cast(r.raw:total_amount as varchar) as total_amount,
        cast(r.raw:currency as varchar) as currency,
        cast(r.raw:payment_method as varchar) as payment_method,
        cast(r.raw:country as varchar) as country,
        cast(r.raw:device as varchar) as device,
        cast(r.raw:marketing_channel as varchar) as marketing_channel,
        coalesce(is_object(r.raw), false) as is_object
    from raw.raw_sales as r
    inner join raw.raw_sales_files as f
        on f.source_filename = r.source_filename
            and f.load_id = r.load_id
            and f.superseded_at is null
    where r.batch_date between :first_day and :last_batch_day
),

-- digits, colons and dots behind the T: the time of day; what follows it is the offset
moments as (
    select
        *,
        case
            when
                regexp_like(
                    event_ts,
                    '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])'
                    || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?'
                    || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
                )
                and not startswith(event_ts, '0000')
                then left(event_ts, 10)
        end as day_text,
        coalesce(regexp_substr(substr(event_ts, 12), '^[0-9:.]+'), '') as clock
    from texts
),

offsets as (
    select
        *,
        substr(event_ts, 12 + length(clock)) as offset_text,
        iff(clock = '', '00:00:00', left(rpad(clock, 8, ':00:00'), 8) || substr(clock, 9, 7))
            as clock_text
    from moments
),

typed as (
    select
        event_id,
        dateadd(
            minute,
            case
                when day_text is null or length(offset_text) < 3 then 0
                else
                    iff(left(offset_text, 1) = '-', 1, -1)
                    * (
                        60 * coalesce(try_cast(substr(offset_text, 2, 2) as number(4, 0)), 0)
                        + iff(
                            length(offset_text) > 3,
                            coalesce(try_cast(right(offset_text, 2) as number(4, 0)), 0),
                            0
                        )
                    )
            end,
            try_cast(day_text || ' ' || clock_text as timestamp_ntz)
        ) as event_ts,
        order_id,
        case
            when regexp_like(customer_id, '[+-]?\\d+(\\.0*)?')
                then try_cast(split_part(customer_id, '.', 1) as number(38, 0))
        end as customer_id,
        session_id,
        case
            when regexp_like(product_id, '[+-]?\\d+(\\.0*)?')
                then try_cast(split_part(product_id, '.', 1) as number(38, 0))
        end as product_id,
        category,
        case
            when regexp_like(quantity, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*')
                then try_to_decimal(trim(quantity, :white_space), 18, 4)
        end as quantity,
        case
            when
                regexp_like(
                    unit_price, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*'
                )
                then try_to_decimal(trim(unit_price, :white_space), 18, 4)
        end as unit_price,
        case
            when
                regexp_like(
                    total_amount, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*'
                )
                then try_to_decimal(trim(total_amount, :white_space), 18, 4)
        end as total_amount,
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
        is_object
    from offsets
),

fitted as (
    select
        * exclude (customer_id, product_id),
        iff(
            customer_id between -9223372036854775808 and 9223372036854775807, customer_id, null
        ) as customer_id,
        iff(
            product_id between -9223372036854775808 and 9223372036854775807, product_id, null
        ) as product_id
    from typed
),

placed as (
    select
        *,
        case
            when
                is_object
                and cast(event_ts as date) between dateadd(day, -:late_days, batch_date)
                and batch_date
                then cast(event_ts as date)
            else batch_date
        end as event_date
    from fitted
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
