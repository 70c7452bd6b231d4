-- Replace the days that passed their audit by what clean staging holds; held days keep what they
-- had. Runs in one transaction, with the totals that the answers and the checks read in place of
-- the sales: their cost follows the days, not the sales of all years.
delete from analytics.fact_sales
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:publishable_days) as days);

delete from analytics.fact_sales_days
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:publishable_days) as days);

delete from analytics.fact_sales_breakdowns
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:publishable_days) as days);

insert into analytics.fact_sales (
    event_id,
    event_ts,
    event_date,
    order_id,
    customer_id,
    session_id,
    product_id,
    category,
    quantity,
    unit_price,
    total_amount,
    currency,
    payment_method,
    country,
    device,
    marketing_channel,
    source_filename,
    source_row_number,
    ingestion_ts
)
select
    event_id,
    event_ts,
    event_date,
    order_id,
    customer_id,
    session_id,
    product_id,
    category,
    quantity,
    unit_price,
    total_amount,
    currency,
    payment_method,
    country,
    device,
    marketing_channel,
    source_filename,
    source_row_number,
    ingestion_ts
from staging.stg_sales_clean
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:publishable_days) as days)
order by event_date;

insert into analytics.fact_sales_days (
    event_date,
    currency,
    orders,
    sales,
    units,
    revenue
)
select
    event_date,
    currency,
    count(distinct order_id) as orders,
    count(*) as sales,
    sum(quantity) as units,
    sum(total_amount) as revenue
from analytics.fact_sales
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:publishable_days) as days)
group by event_date, currency
union all
select
    days.event_date,
    null as currency,
    0 as orders,
    0 as sales,
    0 as units,
    0 as revenue
from (:publishable_days) as days
where days.event_date not in (
        select f.event_date
        from analytics.fact_sales as f
        where f.event_date between :first_day and :last_day
    );

insert into analytics.fact_sales_breakdowns (
    event_date,
    currency,
    breakdown,
    category,
    country,
    device,
    marketing_channel,
    payment_method,
    sales,
    units,
    revenue
)
select
    event_date,
    currency,
    case
        when grouping(category) = 0 then 'category'
        when grouping(country) = 0 then 'country'
        when grouping(device) = 0 then 'device'
        when grouping(marketing_channel) = 0 then 'marketing_channel'
        else 'payment_method'
    end as breakdown,
    category,
    country,
    device,
    marketing_channel,
    payment_method,
    count(*) as sales,
    sum(quantity) as units,
    sum(total_amount) as revenue
from analytics.fact_sales
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:publishable_days) as days)
group by grouping sets (
    (event_date, currency, category),
    (event_date, currency, country),
    (event_date, currency, device),
    (event_date, currency, marketing_channel),
    (event_date, currency, payment_method)
);
