-- title: Revenue per day
-- chart: line
create or replace view analytics.revenue_by_day as
select
    event_date,
    currency,
    count(distinct order_id) as orders,
    count(*) as sales,
    sum(quantity) as units,
    sum(total_amount) as revenue
from analytics.fact_sales
group by event_date, currency;
