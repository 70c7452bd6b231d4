-- What became of the lines of RAW, per day: rows in clean and in rejects of the day, each counted
-- from its own table, and how many of them came from a version of a file that is no longer current;
-- and of the lines in the day's own files, how many were judged, on whichever day they belong to.
with staged as (
    select
        event_date,
        source_filename,
        ingestion_ts,
        true as is_clean
    from staging.stg_sales_clean
    where event_date between :first_staged_day and :last_day
    union all
    select
        event_date,
        source_filename,
        ingestion_ts,
        false as is_clean
    from staging.stg_sales_rejects
    where event_date between :first_staged_day and :last_day
),

per_file as (
    select
        staged.event_date,
        f.batch_date,
        count_if(staged.is_clean) as clean_lines,
        count_if(not staged.is_clean) as reject_lines
    from staged
    left join raw.raw_sales_files as f
        on f.source_filename = staged.source_filename
            and f.loaded_at = staged.ingestion_ts
            and f.superseded_at is null
            and f.batch_date between :first_staged_day and :last_batch_day
    group by staged.event_date, f.batch_date
),

of_day as (
    select
        event_date,
        sum(clean_lines) as clean_rows,
        sum(reject_lines) as reject_rows,
        sum(iff(batch_date is null, clean_lines + reject_lines, 0)) as outdated_rows
    from per_file
    group by event_date
),

of_files as (
    select
        batch_date,
        sum(clean_lines + reject_lines) as judged_rows
    from per_file
    where batch_date is not null
    group by batch_date
)

select
    days.event_date,
    coalesce(of_day.clean_rows, 0) as clean_rows,
    coalesce(of_day.reject_rows, 0) as reject_rows,
    coalesce(of_day.outdated_rows, 0) as outdated_rows,
    coalesce(of_files.judged_rows, 0) as judged_rows,
    q.held_for,
    q.reject_rate_limit,
    q.rules_version,
    q.earliest_event_date
from (:days) as days
left join of_day
    on of_day.event_date = days.event_date
left join of_files
    on of_files.batch_date = days.event_date
left join staging.sales_quality as q
    on q.event_date = days.event_date
order by days.event_date;
