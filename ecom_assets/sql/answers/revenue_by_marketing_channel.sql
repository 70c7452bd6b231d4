-- title: Revenue by marketing channel
-- chart: bar
create or replace view analytics.revenue_by_marketing_channel as
select
    marketing_channel,
    currency,
    count(distinct order_id) as orders,
    count(*) as sales,
    sum(quantity) as units,
    sum(total_amount) as revenue
from analytics.fact_sales
group by marketing_channel, currency;
