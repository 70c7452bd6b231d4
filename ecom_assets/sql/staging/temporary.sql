-- The tables that a session works in, empty. Made before the transaction that fills them, which a
-- CREATE would end on Snowflake.
create or replace temporary table parsed_sales (
    event_id varchar,
    event_ts timestamp_ntz,
    order_id varchar,
    customer_id bigint,
    session_id varchar,
    product_id bigint,
    category varchar,
    quantity number(18, 4),
    unit_price number(18, 4),
    total_amount number(18, 4),
    currency varchar,
    payment_method varchar,
    country varchar,
    device varchar,
    marketing_channel varchar,
    source_filename varchar,
    source_row_number bigint,
    batch_date date,
    load_id varchar,
    ingestion_ts timestamp_ntz,
    is_object boolean,
    event_date date
);

create or replace temporary table repeated_events (
    source_filename varchar,
    source_row_number bigint
);
