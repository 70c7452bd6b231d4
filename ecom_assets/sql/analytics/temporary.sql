-- The tables that publishing works in, empty. Made before its transaction, which a CREATE would end
-- on Snowflake.
create or replace temporary table placed_events (
    event_date date,
    source_filename varchar,
    source_row_number bigint,
    source_item_number bigint,
    is_new boolean,
    is_repeat boolean,
    earlier_event_date date,
    earlier_filename varchar,
    earlier_row_number bigint,
    earlier_item_number bigint
);

create or replace temporary table moving_sales (:columns);

create or replace temporary table published_days (
    event_date date,
    staged_at timestamp_ntz,
    files bigint,
    lines bigint,
    rules_version varchar,
    decisions varchar
);

create or replace temporary table days_before (
    event_date date,
    staged_at timestamp_ntz,
    rules_version varchar,
    decisions varchar
);

create or replace temporary table changed_sales (
    event_date date,
    source_filename varchar,
    source_row_number bigint,
    source_item_number bigint,
    event_id varchar,
    was_there boolean,
    is_there boolean,
    version_before timestamp_ntz,
    version_after timestamp_ntz,
    currency_before varchar,
    currency_after varchar,
    units_before number(18, 4),
    units_after number(18, 4),
    revenue_before number(18, 4),
    revenue_after number(18, 4)
);
