-- What is published of these days, per currency: from the table of totals, a few rows a day.
select
    event_date,
    currency,
    sales,
    revenue
from analytics.fact_sales_days
where event_date between :first_day and :last_day
order by event_date, currency;
