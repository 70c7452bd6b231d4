-- The table that a plan works in, empty: one row per sale that changes sides or values. Made before
-- any transaction, which a CREATE would end on Snowflake.
create or replace temporary table plan_changes (
    event_date date,
    change varchar,
    reason_before varchar,
    reason_after varchar,
    source_filename varchar,
    source_row_number bigint,
    source_item_number bigint
);
