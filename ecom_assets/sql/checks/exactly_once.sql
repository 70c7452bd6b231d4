-- Whether each clean event of a published day is in FACT_SALES once, per day: events whose id
-- stands there twice within seven days, clean events that are neither there nor a repeat (of days
-- that are published as they are staged now), and repeats of an event that was not published on one
-- of the seven days before. With one of each.
with published as (:published),

of_days as (
    select
        event_id,
        is_in_fact
    from published
    where event_date >= :first_day
),

-- few: only these are compared
ids as (
    select event_id
    from of_days
    group by event_id
    having count(*) > 1
    union distinct
    select event_id
    from of_days
    where not is_in_fact
    union distinct
    select event_id
    from published
    where event_date < :first_day
        and event_id in (select o.event_id from of_days as o)
),

neighbours as (
    select
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        is_in_fact,
        datediff(
            day, lag(event_date) over (partition by event_id order by event_date), event_date
        ) as days_since,
        datediff(
            day,
            lag(event_date) over (partition by event_id, is_in_fact order by event_date),
            event_date
        ) as days_since_alike
    from published
    where event_id in (select ids.event_id from ids)
),

published_as_staged as (
    select distinct q.event_date
    from staging.sales_quality as q
    inner join analytics.fact_sales_days as f
        on f.event_date = q.event_date
            and f.staged_at = q.evaluated_at
    where q.event_date between :first_day and :last_day
),

wrong as (
    select
        event_date,
        :place_of_row as place,
        case when is_in_fact then 'twice' else 'no repeat' end as what
    from neighbours
    where event_date >= :first_day
        and (
            (is_in_fact and coalesce(days_since_alike <= :within_days, false))
            or (not is_in_fact and not coalesce(days_since <= :within_days, false))
        )
    union all
    select
        c.event_date,
        c.:place_of_row as place,
        'missing' as what
    from staging.stg_sales_clean as c
    inner join published_as_staged as d
        on d.event_date = c.event_date
    left join published as p
        on p.event_date = c.event_date
            and p.source_filename = c.source_filename
            and p.source_row_number = c.source_row_number
            and p.source_item_number = c.source_item_number
    where c.event_date between :first_day and :last_day
        and p.event_date is null
)

select
    event_date,
    count_if(what = 'twice') as twice,
    min(iff(what = 'twice', place, null)) as first_twice,
    count_if(what <> 'twice') as missing,
    min(iff(what <> 'twice', place, null)) as first_missing
from wrong
group by event_date
order by event_date;
