-- Replace the days that passed their audit by what clean staging holds; held days keep what they
-- had. Runs in one transaction.
delete from analytics.fact_sales
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:publishable_days) as days);

delete from analytics.fact_sales_days
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
    sales,
    revenue,
    staged_at
)
select
    days.event_date,
    clean.currency,
    count(clean.event_id) as sales,
    coalesce(sum(clean.total_amount), 0) as revenue,
    max(q.evaluated_at) as staged_at
from (:publishable_days) as days
inner join staging.sales_quality as q
    on q.event_date = days.event_date
left join staging.stg_sales_clean as clean
    on clean.event_date = days.event_date
        and clean.event_date between :first_day and :last_day
group by days.event_date, clean.currency;
