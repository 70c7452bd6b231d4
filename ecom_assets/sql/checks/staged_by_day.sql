-- Rows in clean and in rejects, per day, each counted from its own table, and what staging said.
with clean as (
    select
        event_date,
        count(*) as clean_rows
    from staging.stg_sales_clean
    where event_date between :first_day and :last_day
    group by event_date
),

rejects as (
    select
        event_date,
        count(*) as reject_rows
    from staging.stg_sales_rejects
    where event_date between :first_day and :last_day
    group by event_date
)

select
    days.event_date,
    coalesce(clean.clean_rows, 0) as clean_rows,
    coalesce(rejects.reject_rows, 0) as reject_rows,
    q.publishable
from (:days) as days
left join clean
    on clean.event_date = days.event_date
left join rejects
    on rejects.event_date = days.event_date
left join staging.sales_quality as q
    on q.event_date = days.event_date
order by days.event_date;
