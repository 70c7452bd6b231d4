-- One row per day and currency: what FACT_SALES has, and what it would have. Of days outside of
-- those that would be published only what changes.
with totals as (
    select
        event_date,
        currency,
        count(*) as sales_before,
        sum(quantity) as units_before,
        sum(total_amount) as revenue_before,
        0 as sales_after,
        0 as units_after,
        0 as revenue_after
    from analytics.fact_sales
    where event_date between :window_start and :window_end
    group by event_date, currency
    union all
    select
        event_date,
        currency,
        0 as sales_before,
        0 as units_before,
        0 as revenue_before,
        count(*) as sales_after,
        sum(quantity) as units_after,
        sum(total_amount) as revenue_after
    from plan_fact_sales
    where event_date between :window_start and :window_end
    group by event_date, currency
)

select
    event_date,
    currency,
    cast(sum(sales_before) as bigint) as sales_before,
    cast(sum(sales_after) as bigint) as sales_after,
    cast(sum(units_before) as number(38, 4)) as units_before,
    cast(sum(units_after) as number(38, 4)) as units_after,
    cast(sum(revenue_before) as number(38, 4)) as revenue_before,
    cast(sum(revenue_after) as number(38, 4)) as revenue_after
from totals
group by event_date, currency
having event_date between :first_day and :last_day
    or sum(sales_before) <> sum(sales_after)
    or sum(units_before) <> sum(units_after)
    or sum(revenue_before) <> sum(revenue_after)
order by event_date, currency;
