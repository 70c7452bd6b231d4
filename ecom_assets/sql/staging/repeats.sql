-- Which events were there before: an otherwise valid row with the same id stands earlier, in the
-- same day (by file name, then line) or in the days before. A rejected repeat counts as well, so
-- nothing but the rows themselves decides, and no order of runs.
-- Holds the repeats of the days that are being staged and, with their ingestion_ts, the rows of
-- later days that have to move: to rejects because an event has come before them, or to clean
-- because it has gone. Returns the days of the latter. Small: only ids that occur more than once
-- come this far.
create or replace temporary table repeated_events as
with staged as (
    select
        event_id,
        event_date,
        source_filename,
        source_row_number,
        ingestion_ts,
        false as is_rejected
    from staging.stg_sales_clean
    where event_date between :window_start and :window_end
    union all
    select
        event_id,
        event_date,
        source_filename,
        source_row_number,
        ingestion_ts,
        true as is_rejected
    from rejected_repeats
),

-- what the days have, and what they had: both may decide rows of later days anew
ids as (
    select event_id
    from parsed_sales
    union all
    select event_id
    from staging.stg_sales_clean
    where event_date between :first_day and :last_day
    union all
    select event_id
    from rejected_repeats
    where event_date between :first_day and :last_day
),

nearby as (
    select *
    from staged
    where event_date not between :first_day and :last_day
        and event_id in (select ids.event_id from ids)
),

suspects as (
    select event_id
    from parsed_sales
    group by event_id
    having count(*) > 1
    union distinct
    select event_id
    from nearby
),

-- judged by the other rules only here, where few rows are left
candidates as (
    select
        event_id,
        event_date,
        source_filename,
        source_row_number,
        cast(null as timestamp_ntz) as ingestion_ts,
        cast(null as boolean) as is_rejected,
        :broken_otherwise as is_broken
    from parsed_sales
    where event_id in (select suspects.event_id from suspects)
    union all
    select
        event_id,
        event_date,
        source_filename,
        source_row_number,
        ingestion_ts,
        is_rejected,
        false as is_broken
    from nearby
),

judged as (
    select
        *,
        not is_broken
        and coalesce(
            datediff(
                day,
                lag(iff(is_broken, null, event_date)) ignore nulls over (
                    partition by event_id
                    order by event_date, source_filename, source_row_number
                ),
                event_date
            ) <= :within_days,
            false
        ) as is_repeat
    from candidates
)

select
    event_date,
    source_filename,
    source_row_number,
    ingestion_ts,
    is_repeat
from judged
where (is_repeat and event_date between :first_day and :last_day)
    or (is_repeat <> is_rejected and event_date > :last_day);

select distinct event_date
from repeated_events
where event_date > :last_day
order by event_date;
