-- Event ids that stand both in a file that has vanished and in one of the same day that is there:
-- one row per pair of files. The one that is there was meant to take the place of the other.
with lines as (
    select
        r.batch_date,
        r.source_filename,
        r.source_filename in (:file_names) as has_vanished,
        json_extract_path_text(r.raw, 'event_id') as event_id
    from raw.raw_sales as r
    inner join raw.raw_sales_files as f
        on f.source_filename = r.source_filename
            and f.load_id = r.load_id
            and f.superseded_at is null
    where r.batch_date between :first_day and :last_day
)

select
    gone.batch_date,
    gone.source_filename as vanished_file,
    there.source_filename as present_file,
    count(distinct gone.event_id) as event_ids
from lines as gone
inner join lines as there
    on there.batch_date = gone.batch_date
        and there.event_id = gone.event_id
        and not there.has_vanished
where gone.has_vanished
group by gone.batch_date, gone.source_filename, there.source_filename
order by gone.batch_date, gone.source_filename, there.source_filename;
