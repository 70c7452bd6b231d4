-- What is published beside clean staging, per day: rows, quantities and money of FACT_SALES and of
-- the repeats that it leaves out; and whether staging lets the day be published (null: staging has
-- never judged it).
with fact as (
    select
        event_date,
        count_if(is_in_fact) as fact_rows,
        count_if(not is_in_fact) as repeat_rows,
        sum(quantity) as quantity,
        sum(total_amount) as total_amount
    from (:published) as published
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
    coalesce(fact.fact_rows, 0) as fact_rows,
    coalesce(fact.repeat_rows, 0) as repeat_rows,
    coalesce(clean.row_count, 0) as clean_rows,
    coalesce(fact.quantity, 0) as published_quantity,
    coalesce(clean.quantity, 0) as clean_quantity,
    coalesce(fact.total_amount, 0) as published_amount,
    coalesce(clean.total_amount, 0) as clean_amount,
    q.publishable,
    q.sale_rows,
    q.reject_rows,
    q.replaced_rows,
    q.held_for,
    q.reject_rate_limit,
    q.reject_money_rate,
    q.held_rule,
    q.held_rule_rows,
    q.decided_by
from (:days) as days
left join fact
    on fact.event_date = days.event_date
left join clean
    on clean.event_date = days.event_date
left join staging.sales_quality as q
    on q.event_date = days.event_date
order by days.event_date;
