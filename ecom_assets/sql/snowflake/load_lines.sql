-- Every line of the files becomes a row of RAW, whatever it holds: JSON where Snowflake can read
-- it, else its text. The stage is where the landing zone is; its files are named one by one, and
-- the ledger has decided which, so Snowflake's own memory of loads is overruled (FORCE).
-- Of a file with an error in it nothing is loaded, and the answer says so (SKIP_FILE).
-- Only functions that a COPY transformation is documented to support.
copy into raw.raw_sales (
    raw,
    raw_text,
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    ingestion_ts
)
from (
    select
        case when check_json($1) is null then parse_json($1) end,
        case when check_json($1) is not null then $1 end,
        substr(metadata$filename, :name_start),
        metadata$file_row_number,
        cast(substr(metadata$filename, :day_start, 10) as date),
        :load_id,
        :loaded_at
    from @raw.sales_landing
)
files = (:file_names)
file_format = (format_name = 'raw.sales_lines')
on_error = 'SKIP_FILE'
force = true;
