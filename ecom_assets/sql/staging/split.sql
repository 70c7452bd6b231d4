-- Replace these days in clean and rejects: every parsed line goes to exactly one of the two.
-- Runs in one transaction with quality.sql, and take_out.sql before it where rows of later days
-- are among the lines.
delete from staging.stg_sales_clean
where event_date between :first_day and :last_day;

delete from staging.stg_sales_rejects
where event_date between :first_day and :last_day;

insert into staging.stg_sales_clean (
    event_id,
    event_ts,
    event_date,
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
    ingestion_ts
)
with judged as (
    select
        p.*,
        r.source_row_number is not null as is_repeat
    from parsed_sales as p
    left join repeated_events as r
        on r.event_date = p.event_date
            and r.source_filename = p.source_filename
            and r.source_row_number = p.source_row_number
            and r.is_repeat
)

select
    event_id,
    event_ts,
    event_date,
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
    ingestion_ts
from judged
where not :broken
order by event_date;

insert into staging.stg_sales_rejects (
    reason,
    reasons,
    raw,
    raw_text,
    event_date,
    source_filename,
    source_row_number,
    ingestion_ts,
    rules_version,
    run_id
)
with judged as (
    select
        p.*,
        r.source_row_number is not null as is_repeat
    from parsed_sales as p
    left join repeated_events as r
        on r.event_date = p.event_date
            and r.source_filename = p.source_filename
            and r.source_row_number = p.source_row_number
            and r.is_repeat
),

rejected as (
    select
        :first_reason as reason,
        :all_reasons as reasons,
        event_date,
        batch_date,
        source_filename,
        source_row_number,
        load_id
    from judged
    where :broken
)

select
    j.reason,
    j.reasons,
    r.raw,
    r.raw_text,
    j.event_date,
    j.source_filename,
    j.source_row_number,
    r.ingestion_ts,
    :rules_version as rules_version,
    :run_id as run_id
from rejected as j
inner join raw.raw_sales as r
    on r.load_id = j.load_id
        and r.source_filename = j.source_filename
        and r.source_row_number = j.source_row_number
where r.batch_date between :first_day and :last_batch_day
order by j.event_date;
