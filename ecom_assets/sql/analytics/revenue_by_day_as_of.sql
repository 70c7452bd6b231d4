-- The revenue per day as it was known at a moment: the changes up to then, added up.
select
    event_date,
    currency,
    max_by(orders, published_at) as orders,
    cast(sum(sales_after - sales_before) as bigint) as sales,
    sum(units_after - units_before) as units,
    sum(revenue_after - revenue_before) as revenue
from analytics.fact_sales_changes
where published_at <= :as_of
group by event_date, currency
having sum(sales_after - sales_before) > 0
order by event_date, currency;
