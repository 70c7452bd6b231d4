-- title: Payment methods used, and their share of the sales
-- chart: share
create or replace view analytics.payment_method_usage as
select
    payment_method,
    currency,
    count(distinct order_id) as orders,
    count(*) as sales,
    round(cast(count(*) as double) / sum(count(*)) over (partition by currency), 4)
        as share_of_sales,
    sum(total_amount) as revenue
from analytics.fact_sales
group by payment_method, currency;
