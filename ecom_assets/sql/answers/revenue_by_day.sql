-- title: Revenue per day
-- chart: line
create or replace view analytics.revenue_by_day as
select
    event_date,
    currency,
    orders,
    sales,
    units,
    revenue
from analytics.fact_sales_days
where sales > 0;
