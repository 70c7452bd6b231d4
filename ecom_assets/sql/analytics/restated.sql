-- What was changed of days after they were first published, per currency and cause, and when last.
select
    event_date,
    currency,
    cause,
    max(published_at) as published_at,
    sum(sales_after - sales_before) as sales,
    sum(revenue_after - revenue_before) as revenue
from analytics.fact_sales_changes
where cause not in (:first_causes)
group by event_date, currency, cause
order by event_date, currency, cause;
