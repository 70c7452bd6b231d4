-- The lines in RAW of the rows of later days that are to move, in the version that was staged: a
-- file may have been rewritten since. Rows of the days that are being staged have no ingestion_ts
-- in repeated_events.
select
    r.raw,
    r.source_filename,
    r.source_row_number,
    r.batch_date,
    r.load_id,
    r.ingestion_ts
from raw.raw_sales as r
inner join repeated_events as e
    on e.source_filename = r.source_filename
        and e.source_row_number = r.source_row_number
        and e.ingestion_ts = r.ingestion_ts
where r.batch_date between :first_day and :last_batch_day;
