-- title: Revenue by product category
-- chart: bar
create or replace view analytics.revenue_by_category as
select
    category,
    currency,
    cast(sum(sales) as bigint) as sales,
    sum(units) as units,
    sum(revenue) as revenue
from analytics.fact_sales_breakdowns
where breakdown = 'category'
group by category, currency;
