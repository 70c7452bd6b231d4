-- Some events of a day, in the clean table or in FACT_SALES; with the columns that a page has room
-- for.
select
    total_amount,
    currency,
    event_ts,
    category,
    event_id,
    source_filename,
    source_row_number,
    source_item_number
from :table_name
where event_date = :day
order by source_filename, source_row_number, source_item_number
limit 5;
