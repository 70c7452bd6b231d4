-- title: Payment methods used, and their share of the sales
-- chart: share
create or replace view analytics.payment_method_usage as
select
    payment_method,
    currency,
    cast(sum(sales) as bigint) as sales,
    round(
        cast(sum(sales) as double)
        / sum(sum(sales)) over (partition by currency),
        4
    ) as share_of_sales,
    sum(revenue) as revenue
from analytics.fact_sales_breakdowns
where breakdown = 'payment_method'
group by payment_method, currency;
