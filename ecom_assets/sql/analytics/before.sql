-- Whether anything was published of these days before.
select count(*) as rows_before
from (
    select event_date from analytics.fact_sales
    union all
    select event_date from staging.stg_sales_repeats
    union all
    select event_date from analytics.fact_sales_days
    union all
    select event_date from analytics.fact_sales_breakdowns
    union all
    select event_date from analytics.fact_sales_changes
) as published
where published.event_date between :first_day and :last_day;
