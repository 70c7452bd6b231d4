-- What was published of these days: the rows of FACT_SALES, and the repeats that it leaves out.
select
    :event_columns,
    true as is_in_fact
from analytics.fact_sales
where event_date between :window_start and :last_day
union all
select
    :event_columns,
    false as is_in_fact
from staging.stg_sales_repeats
where event_date between :window_start and :last_day;
