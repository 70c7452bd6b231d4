-- What became of the lines of RAW, per day: rows in clean and in rejects of the day, each counted
-- from its own table, beside the sales that staging found in the lines, and how many of the rows
-- came from a version of a file that is no longer current; and of the lines in the day's own files,
-- how many were judged, on whichever day they belong to, and how many are no sales.
with staged as (
    select
        event_date,
        source_filename,
        source_item_number,
        ingestion_ts,
        true as is_clean,
        false as is_replaced
    from staging.stg_sales_clean
    where event_date between :first_staged_day and :last_day
    union all
    select
        event_date,
        source_filename,
        source_item_number,
        ingestion_ts,
        false as is_clean,
        reason in (:uncounted_reasons) as is_replaced
    from staging.stg_sales_rejects
    where event_date between :first_staged_day and :last_day
),

per_file as (
    select
        staged.event_date,
        f.batch_date,
        count_if(staged.is_clean) as clean_rows,
        count_if(not staged.is_clean) as reject_rows,
        count_if(staged.is_replaced) as replaced_rows,
        count_if(staged.source_item_number = 1) as judged_lines
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
        sum(clean_rows) as clean_rows,
        sum(reject_rows) as reject_rows,
        sum(replaced_rows) as replaced_rows,
        sum(iff(batch_date is null, clean_rows + reject_rows, 0)) as outdated_rows
    from per_file
    group by event_date
),

found as (
    select
        q.event_date,
        q.sale_rows,
        f.batch_date,
        q.other_rows
    from staging.sales_quality_files as q
    left join raw.raw_sales_files as f
        on f.source_filename = q.source_filename
            and f.loaded_at = q.ingestion_ts
            and f.superseded_at is null
            and f.batch_date between :first_staged_day and :last_batch_day
    where q.event_date between :first_staged_day and :last_day
),

sales_of_day as (
    select
        event_date,
        sum(sale_rows) as sale_rows
    from found
    group by event_date
),

of_files as (
    select
        lines.batch_date,
        sum(lines.judged_lines) as judged_lines,
        sum(lines.other_lines) as other_lines
    from (
        select
            batch_date,
            judged_lines,
            0 as other_lines
        from per_file
        union all
        select
            batch_date,
            0 as judged_lines,
            other_rows as other_lines
        from found
    ) as lines
    where lines.batch_date is not null
    group by lines.batch_date
)

select
    days.event_date,
    coalesce(of_day.clean_rows, 0) as clean_rows,
    coalesce(of_day.reject_rows, 0) as reject_rows,
    coalesce(of_day.replaced_rows, 0) as replaced_rows,
    coalesce(of_day.outdated_rows, 0) as outdated_rows,
    coalesce(sales_of_day.sale_rows, 0) as sale_rows,
    coalesce(of_files.judged_lines, 0) as judged_lines,
    coalesce(of_files.other_lines, 0) as other_lines,
    q.held_for,
    q.reject_rate_limit,
    q.reject_money_rate,
    q.decisions,
    q.decided_by,
    q.rules_version,
    q.earliest_event_date
from (:days) as days
left join of_day
    on of_day.event_date = days.event_date
left join sales_of_day
    on sales_of_day.event_date = days.event_date
left join of_files
    on of_files.batch_date = days.event_date
left join staging.sales_quality as q
    on q.event_date = days.event_date
order by days.event_date;
