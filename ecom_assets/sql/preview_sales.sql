-- Some events of a day, in the clean table or in FACT_SALES.
select
    event_id,
    event_ts,
    order_id,
    category,
    quantity,
    total_amount,
    currency,
    country,
    source_filename,
    source_row_number
from :table_name
where event_date = :day
order by source_filename, source_row_number, source_item_number
limit 5;
