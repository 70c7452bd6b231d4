-- Enter the files of a load into the ledger. Runs in the transaction that loaded the lines.
insert into raw.raw_sales_files (
    source_filename,
    batch_date,
    etag,
    size_bytes,
    last_modified,
    row_count,
    load_id,
    loaded_at,
    superseded_at
)
select
    files.source_filename,
    files.batch_date,
    files.etag,
    files.size_bytes,
    files.last_modified,
    files.row_count,
    :load_id,
    :loaded_at,
    null
from (:files) as files;
