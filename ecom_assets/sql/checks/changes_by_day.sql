-- What publications have changed of the revenue of these days, per currency and cause.
select
    event_date,
    published_at,
    currency,
    cause,
    revenue_after - revenue_before as revenue
from analytics.fact_sales_changes
where event_date between :first_day and :last_day
order by event_date, published_at, currency, cause;
