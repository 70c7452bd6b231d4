-- title: Revenue by country
-- chart: bar
create or replace view analytics.revenue_by_country as
select
    country,
    currency,
    cast(sum(sales) as bigint) as sales,
    sum(units) as units,
    sum(revenue) as revenue
from analytics.fact_sales_breakdowns
where breakdown = 'country'
group by country, currency;
