-- The lines whose event was already kept: earlier in the batch (by file name, then line), or in
-- the clean rows of the days around it. Small: only ids that occur more than once come this far.
insert into repeated_events (source_filename, source_row_number)
with recursive neighbours as (
    select
        event_id,
        event_date
    from staging.stg_sales_clean
    where (
            event_date between :window_start and :first_day
            or event_date between :last_day and :window_end
        )
        and event_date not between :first_day and :last_day
        and event_id in (select parsed_sales.event_id from parsed_sales)
),

suspects as (
    select event_id
    from parsed_sales
    group by event_id
    having count(*) > 1
    union distinct
    select event_id
    from neighbours
),

-- joins in place of correlated subqueries, of which Snowflake takes only some
kept_nearby as (
    select distinct
        p.source_filename,
        p.source_row_number
    from parsed_sales as p
    inner join neighbours as n
        on n.event_id = p.event_id
    where abs(datediff(day, n.event_date, p.event_date)) <= :within_days
),

candidates as (
    select
        p.event_id,
        p.event_date,
        p.source_filename,
        p.source_row_number,
        :broken_otherwise as is_broken,
        k.source_row_number is not null as is_kept_nearby
    from parsed_sales as p
    left join kept_nearby as k
        on k.source_filename = p.source_filename
            and k.source_row_number = p.source_row_number
    where p.event_id in (select suspects.event_id from suspects)
),

-- within a day only the first valid line can be the one that is kept
first_of_day as (
    select
        event_id,
        event_date,
        source_filename,
        source_row_number
    from candidates
    where not is_broken
        and not is_kept_nearby
    qualify row_number() over (
        partition by event_id, event_date
        order by source_filename, source_row_number
    ) = 1
),

turns as (
    select
        *,
        row_number() over (partition by event_id order by event_date) as turn
    from first_of_day
),

-- day after day: kept unless the same event was kept within the days before
kept as (
    select
        event_id,
        turn,
        event_date as last_kept,
        true as is_kept
    from turns
    where turn = 1
    union all
    select
        t.event_id,
        t.turn,
        iff(datediff(day, k.last_kept, t.event_date) > :within_days, t.event_date, k.last_kept),
        datediff(day, k.last_kept, t.event_date) > :within_days
    from kept as k
    inner join turns as t
        on t.event_id = k.event_id
            and t.turn = k.turn + 1
),

kept_lines as (
    select
        t.event_id,
        t.event_date,
        t.source_filename,
        t.source_row_number
    from turns as t
    inner join kept as k
        on k.event_id = t.event_id
            and k.turn = t.turn
    where k.is_kept
)

select
    c.source_filename,
    c.source_row_number
from candidates as c
where c.is_kept_nearby
union distinct
select
    c.source_filename,
    c.source_row_number
from candidates as c
inner join kept_lines as k
    on k.event_id = c.event_id
where (
        k.event_date < c.event_date
        and datediff(day, k.event_date, c.event_date) <= :within_days
    )
    or (
        k.event_date = c.event_date
        and (
            k.source_filename < c.source_filename
            or (
                k.source_filename = c.source_filename
                and k.source_row_number < c.source_row_number
            )
        )
    );
