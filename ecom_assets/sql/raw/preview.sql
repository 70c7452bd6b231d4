-- Some lines of a day, current versions only.
select
    coalesce(r.raw_text, cast(r.raw as varchar)) as line,
    r.raw_text is not null as is_malformed,
    r.source_filename,
    r.source_row_number
from raw.raw_sales as r
inner join raw.raw_sales_files as f
    on f.source_filename = r.source_filename
        and f.load_id = r.load_id
        and f.superseded_at is null
where r.batch_date = :day
order by r.source_filename, r.source_row_number
limit 5;
