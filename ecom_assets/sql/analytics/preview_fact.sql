-- Some sales of a day.
select
    event_id,
    event_ts,
    order_id,
    category,
    quantity,
    unit_price,
    total_amount,
    currency,
    country,
    marketing_channel
from analytics.fact_sales
where event_date = :day
order by event_ts, event_id
limit 5;
