-- title: Revenue by product category
-- chart: bar
create or replace view analytics.revenue_by_category as
select
    category,
    currency,
    count(distinct order_id) as orders,
    count(*) as sales,
    sum(quantity) as units,
    sum(total_amount) as revenue
from analytics.fact_sales
group by category, currency;
