-- Test the clean table itself: how many of its rows break each rule, and the first of them,
-- per day.
-- A row is no object when its line in RAW is none; it is a repeat when another clean row of
-- the days around it has its event_id.
with others as (
    select
        line.source_filename,
        line.source_row_number
    from raw.raw_sales as line
    inner join raw.raw_sales_files as f
        on f.source_filename = line.source_filename
            and f.load_id = line.load_id
            and f.superseded_at is null
    where line.batch_date between :first_day and :last_batch_day
        and not coalesce(is_object(line.raw), false)
),

repeated as (
    select event_id
    from staging.stg_sales_clean
    where event_date between :window_start and :window_end
        and event_id in (
            select c.event_id
            from staging.stg_sales_clean as c
            where c.event_date between :first_day and :last_day
        )
    group by event_id
    having count(*) > 1
),

duplicates as (
    select distinct
        c.source_filename,
        c.source_row_number
    from staging.stg_sales_clean as c
    inner join staging.stg_sales_clean as twin
        on twin.event_id = c.event_id
    where c.event_date between :first_day and :last_day
        and c.event_id in (select repeated.event_id from repeated)
        and twin.event_date between :window_start and :window_end
        and abs(datediff(day, c.event_date, twin.event_date)) <= :within_days
        and (
            twin.source_filename <> c.source_filename
            or twin.source_row_number <> c.source_row_number
        )
),

tested as (
    select
        c.*,
        o.source_row_number is null as is_object,
        d.source_row_number is not null as is_repeat
    from staging.stg_sales_clean as c
    left join others as o
        on o.source_filename = c.source_filename
            and o.source_row_number = c.source_row_number
    left join duplicates as d
        on d.source_filename = c.source_filename
            and d.source_row_number = c.source_row_number
    where c.event_date between :first_day and :last_day
)

select
    event_date,
    count(*) as row_count,
    :rule_tests
from tested
group by event_date
order by event_date;
