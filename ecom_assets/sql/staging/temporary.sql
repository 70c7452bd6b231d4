-- The tables that staging works in, empty. Made before the transaction that fills them, which a
-- CREATE would end on Snowflake.
create or replace temporary table parsed_sales (:columns);

create or replace temporary table duplicate_events (
    event_date date,
    source_filename varchar,
    source_row_number bigint,
    source_item_number bigint,
    is_replaced boolean
);
