-- Which events repeat one of the seven days before, once these days are published. What was
-- published of a day is in FACT_SALES or, as a repeat, in STG_SALES_REPEATS; both count, so that an
-- event that comes again and again is kept once. Of a held day that is what it had.
-- Finds the repeats among the new rows, and of the days that stay as they were the rows that change
-- sides or whose earlier event has another place. Returns the days of the latter.
insert into placed_events (
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    is_new,
    is_repeat,
    earlier_event_date,
    earlier_filename,
    earlier_row_number,
    earlier_item_number
)
with new_rows as (
    select
        event_id,
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        true as is_new,
        false as is_left_out
    from staging.stg_sales_clean
    where event_date between :first_day and :last_day
        and event_date in (select days.event_date from (:days) as days)
),

left_out as (
    select
        event_id,
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        false as is_new,
        true as is_left_out
    from staging.stg_sales_repeats
    where event_date between :window_start and :window_end
        and event_date not in (select days.event_date from (:days) as days)
),

kept as (
    select
        event_id,
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        false as is_new,
        false as is_left_out
    from analytics.fact_sales
    where event_date between :window_start and :window_end
        and event_date not in (select days.event_date from (:days) as days)
        and event_id in (
            select n.event_id
            from new_rows as n
            union all
            select l.event_id
            from left_out as l
        )
),

-- few: only these are compared
ids as (
    select event_id
    from new_rows
    group by event_id
    having count(*) > 1
    union distinct
    select event_id
    from kept
    union distinct
    select event_id
    from left_out
),

compared as (
    select *
    from new_rows
    where event_id in (select ids.event_id from ids)
    union all
    select *
    from kept
    union all
    select *
    from left_out
),

-- a day has an id once, so the row before is one of an earlier day
neighbours as (
    select
        *,
        lag(event_date) over (partition by event_id order by event_date) as event_date_before,
        lag(source_filename) over (partition by event_id order by event_date) as filename_before,
        lag(source_row_number) over (partition by event_id order by event_date)
            as row_number_before,
        lag(source_item_number) over (partition by event_id order by event_date)
            as item_number_before
    from compared
),

placed as (
    select
        *,
        coalesce(datediff(day, event_date_before, event_date) <= :within_days, false) as is_repeat
    from neighbours
    where event_date between :first_day and :window_end
)

select
    placed.event_date,
    placed.source_filename,
    placed.source_row_number,
    placed.source_item_number,
    placed.is_new,
    placed.is_repeat,
    placed.event_date_before as earlier_event_date,
    placed.filename_before as earlier_filename,
    placed.row_number_before as earlier_row_number,
    placed.item_number_before as earlier_item_number
from placed
left join staging.stg_sales_repeats as told
    on placed.is_left_out
        and told.event_date = placed.event_date
        and told.source_filename = placed.source_filename
        and told.source_row_number = placed.source_row_number
        and told.source_item_number = placed.source_item_number
where placed.is_repeat <> placed.is_left_out
    or (
        placed.is_repeat
        and (
            placed.event_date_before <> told.earlier_event_date
            or placed.filename_before <> told.earlier_filename
            or placed.row_number_before <> told.earlier_row_number
            or placed.item_number_before <> told.earlier_item_number
        )
    );

select distinct event_date
from placed_events
where not is_new
order by event_date;
