-- title: Revenue by country
-- chart: bar
create or replace view analytics.revenue_by_country as
select
    country,
    currency,
    count(distinct order_id) as orders,
    count(*) as sales,
    sum(quantity) as units,
    sum(total_amount) as revenue
from analytics.fact_sales
group by country, currency;
