-- FACT_SALES beside clean staging, per day: rows, quantities and money; and whether staging lets
-- the day be published (null: staging has never judged it).
with fact as (
    select
        event_date,
        count(*) as row_count,
        sum(quantity) as quantity,
        sum(total_amount) as total_amount
    from analytics.fact_sales
    where event_date between :first_day and :last_day
    group by event_date
),

clean as (
    select
        event_date,
        count(*) as row_count,
        sum(quantity) as quantity,
        sum(total_amount) as total_amount
    from staging.stg_sales_clean
    where event_date between :first_day and :last_day
    group by event_date
)

select
    days.event_date,
    coalesce(fact.row_count, 0) as fact_rows,
    coalesce(clean.row_count, 0) as clean_rows,
    coalesce(fact.quantity, 0) as fact_quantity,
    coalesce(clean.quantity, 0) as clean_quantity,
    coalesce(fact.total_amount, 0) as fact_amount,
    coalesce(clean.total_amount, 0) as clean_amount,
    q.publishable,
    q.raw_rows,
    q.reject_rows
from (:days) as days
left join fact
    on fact.event_date = days.event_date
left join clean
    on clean.event_date = days.event_date
left join staging.sales_quality as q
    on q.event_date = days.event_date
order by days.event_date;
