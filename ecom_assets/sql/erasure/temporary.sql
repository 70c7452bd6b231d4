-- The table that erasing works in, empty. Made before the transaction, which a CREATE would end on
-- Snowflake.
create or replace temporary table erased_lines (:columns);
