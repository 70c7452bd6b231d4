-- The lines in RAW that belong to the files of these days, in the current version of each file.
select
    r.raw,
    r.source_filename,
    r.source_row_number,
    r.batch_date,
    r.load_id,
    r.ingestion_ts
from raw.raw_sales as r
inner join raw.raw_sales_files as f
    on f.source_filename = r.source_filename
        and f.load_id = r.load_id
        and f.superseded_at is null
where r.batch_date between :first_day and :last_batch_day;
