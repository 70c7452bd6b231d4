-- The rejects of these days whose only fault is that their event was there before, with its id as
-- parse_lines.sql reads it.
create or replace temporary table rejected_repeats as
select
    cast(raw:event_id as varchar) as event_id,
    event_date,
    source_filename,
    source_row_number,
    ingestion_ts
from staging.stg_sales_rejects
where event_date between :first_day and :last_day
    and reasons = :repeat_reason;
