-- What was published of these days: the rows of FACT_SALES, and the repeats that it leaves out.
-- The checks read no more columns than these, so that they answer where another was dropped.
select
    event_id,
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    quantity,
    total_amount,
    true as is_in_fact
from analytics.fact_sales
where event_date between :window_start and :last_day
union all
select
    event_id,
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    quantity,
    total_amount,
    false as is_in_fact
from staging.stg_sales_repeats
where event_date between :window_start and :last_day;
