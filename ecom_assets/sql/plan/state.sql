-- What tells that another run has written between two looks: when the days were staged, from which
-- staging they were published, and which files RAW has.
select
    'staged' as what,
    event_date,
    max(evaluated_at) as changed_at,
    count(*) as row_count
from staging.sales_quality
where event_date between :first_day and :last_day
group by event_date
union all
select
    'published' as what,
    event_date,
    max(staged_at) as changed_at,
    count(*) as row_count
from analytics.fact_sales_days
where event_date between :first_day and :last_day
group by event_date
union all
select
    'loaded' as what,
    batch_date as event_date,
    max(greatest(loaded_at, coalesce(superseded_at, loaded_at))) as changed_at,
    count(*) as row_count
from raw.raw_sales_files
where batch_date between :first_day and :last_day
group by batch_date
order by what, event_date;
