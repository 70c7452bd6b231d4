-- Test the clean table itself: how many of its rows break each rule, and the first of them,
-- per day.
-- A row is no object when its line in RAW is none, and a repeat when another clean row of its day
-- has its event_id. Of a number that is zero in the table its line says whether it is more or less.
with lines as (:lines),

others as (
    select
        source_filename,
        source_row_number,
        ingestion_ts
    from lines
    where not coalesce(is_object(raw), false)
),

repeated as (
    select
        event_date,
        event_id
    from staging.stg_sales_clean
    where event_date between :first_day and :last_day
    group by event_date, event_id
    having count(*) > 1
),

zeros as (
    select
        lines.raw,
        c.source_filename,
        c.source_row_number
    from lines
    inner join staging.stg_sales_clean as c
        on c.source_filename = lines.source_filename
            and c.source_row_number = lines.source_row_number
            and c.ingestion_ts = lines.ingestion_ts
    where c.event_date between :first_day and :last_day
        and (:has_zero)
),

tested as (
    select
        c.*,
        o.source_row_number is null as is_object,
        r.event_id is not null as is_duplicate,
        :signs_of_clean
    from staging.stg_sales_clean as c
    left join others as o
        on o.source_filename = c.source_filename
            and o.source_row_number = c.source_row_number
            and o.ingestion_ts = c.ingestion_ts
    left join repeated as r
        on r.event_id = c.event_id
            and r.event_date = c.event_date
    left join zeros as z
        on z.source_filename = c.source_filename
            and z.source_row_number = c.source_row_number
    where c.event_date between :first_day and :last_day
)

select
    event_date,
    count(*) as row_count,
    :rule_tests
from tested
group by event_date
order by event_date;
