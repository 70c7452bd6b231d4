-- title: Revenue by marketing channel
-- chart: bar
create or replace view analytics.revenue_by_marketing_channel as
select
    marketing_channel,
    currency,
    cast(sum(sales) as bigint) as sales,
    sum(units) as units,
    sum(revenue) as revenue
from analytics.fact_sales_breakdowns
where breakdown = 'marketing_channel'
group by marketing_channel, currency;
