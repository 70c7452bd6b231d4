-- The version of a file that is in RAW now, and how many lines it has.
select
    f.batch_date,
    f.etag,
    f.row_count
from raw.raw_sales_files as f
where f.source_filename = :source_filename
    and f.superseded_at is null;
