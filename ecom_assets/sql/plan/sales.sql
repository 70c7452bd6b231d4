-- One row per day and currency: what FACT_SALES has, and what it would have. Of days outside of
-- those that would be published only what changes.
with totals as (
    select
        event_date,
        currency,
        count(*) as old_sales,
        sum(quantity) as old_units,
        sum(total_amount) as old_revenue,
        0 as new_sales,
        0 as new_units,
        0 as new_revenue
    from analytics.fact_sales
    where event_date between :window_start and :window_end
    group by event_date, currency
    union all
    select
        event_date,
        currency,
        0 as old_sales,
        0 as old_units,
        0 as old_revenue,
        count(*) as new_sales,
        sum(quantity) as new_units,
        sum(total_amount) as new_revenue
    from plan_fact_sales
    where event_date between :window_start and :window_end
    group by event_date, currency
)

select
    event_date,
    currency,
    cast(sum(old_sales) as bigint) as sales_before,
    cast(sum(new_sales) as bigint) as sales_after,
    cast(sum(old_units) as number(38, 4)) as units_before,
    cast(sum(new_units) as number(38, 4)) as units_after,
    cast(sum(old_revenue) as number(38, 4)) as revenue_before,
    cast(sum(new_revenue) as number(38, 4)) as revenue_after
from totals
group by event_date, currency
having event_date between :first_day and :last_day
    or sum(old_sales) <> sum(new_sales)
    or sum(old_units) <> sum(new_units)
    or sum(old_revenue) <> sum(new_revenue)
order by event_date, currency;
