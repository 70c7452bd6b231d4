-- Rows in RAW and lines in the ledger, per day, for the current version of each file.
with files as (
    select
        f.batch_date,
        f.source_filename,
        max(f.row_count) as row_count,
        count(r.load_id) as raw_rows
    from raw.raw_sales_files as f
    left join raw.raw_sales as r
        on r.load_id = f.load_id
            and r.source_filename = f.source_filename
            and r.batch_date between :first_day and :last_day
    where f.batch_date between :first_day and :last_day
        and f.superseded_at is null
    group by f.batch_date, f.source_filename
)

select
    days.event_date,
    count(files.source_filename) as files,
    count(files.row_count) as files_read,
    coalesce(sum(files.row_count), 0) as ledger_rows,
    coalesce(sum(files.raw_rows), 0) as raw_rows
from (:days) as days
left join files
    on files.batch_date = days.event_date
group by days.event_date
order by days.event_date;
