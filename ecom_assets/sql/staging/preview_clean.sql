-- Some events of a day.
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
from staging.stg_sales_clean
where event_date = :day
order by source_filename, source_row_number
limit 5;
