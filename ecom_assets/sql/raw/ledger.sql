-- The current version of every file in the ledger for these days.
select
    source_filename,
    batch_date,
    etag,
    size_bytes,
    row_count
from raw.raw_sales_files
where batch_date between :first_day and :last_day
    and superseded_at is null
order by source_filename;
