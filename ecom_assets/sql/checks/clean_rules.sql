-- noqa: disable=ST03
-- Test the clean table itself: how many of its rows break each rule, and the first of them,
-- per day.
-- A row is no object, or has no items, when its line in RAW is so; replaced, when another clean row
-- of its order has a later version; and a duplicate when another clean row of its day has its
-- event_id. Of a number that is zero in the table its line says whether it is more or less.
with current_lines as (:current_lines),

others as (
    select
        source_filename,
        source_row_number,
        ingestion_ts,
        coalesce(is_object(raw), false) as is_object
    from current_lines
    where not coalesce(is_object(raw), false)
        or not :has_items_in_line
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

versions as (
    select
        event_date,
        source,
        :version_key as version_key,
        max(source_version) as latest_version
    from staging.stg_sales_clean
    where event_date between :first_day and :last_day
        and :is_versioned
    group by event_date, source, :version_key
    having max(source_version) > min(coalesce(source_version, -1))
),

-- the query of :typed_lines reads these
lines_with_zeros as (
    select *
    from current_lines
    where (source_filename, source_row_number) in (
            select
                c.source_filename,
                c.source_row_number
            from staging.stg_sales_clean as c
            where c.event_date between :first_day and :last_day
                and (:has_zero)
        )
),

zeros as (:typed_lines),

tested as (
    select
        c.*,
        coalesce(o.is_object, true) as is_object,
        o.source_row_number is null or not o.is_object as has_items,
        v.version_key is not null as is_replaced,
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
    left join versions as v
        on v.event_date = c.event_date
            and v.source = c.source
            and v.version_key = c.:version_key
            and v.latest_version > coalesce(c.source_version, -1)
    left join zeros as z
        on z.source_filename = c.source_filename
            and z.source_row_number = c.source_row_number
            and z.source_item_number = c.source_item_number
            and z.ingestion_ts = c.ingestion_ts
    where c.event_date between :first_day and :last_day
)

select
    event_date,
    count(*) as row_count,
    :rule_tests
from tested
group by event_date
order by event_date;
