-- Every line of the files becomes a row of RAW, whatever it holds: JSON where it is JSON by the
-- book, as strict_json.py makes it of TRY_PARSE_JSON, else its text. The stage is where the landing
-- zone is; its files are named one by one, and the ledger has decided which, so Snowflake's own
-- memory of loads is overruled (FORCE).
-- The first try loads all files or, if one has an error in it, none (ABORT_STATEMENT), for so large
-- files are read in parallel; only then a second loads those that have none, and the answer says so
-- of each (SKIP_FILE).
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
        try_parse_json($1),
        nvl2(try_parse_json($1), null, $1),
        substr(metadata$filename, :name_start),
        metadata$file_row_number,
        to_date(substr(metadata$filename, :day_start, 10), 'YYYY-MM-DD'),
        :load_id,
        :loaded_at
    from @raw.sales_landing
)
files = (:file_names)
file_format = (format_name = 'raw.sales_lines')
on_error = :on_error
force = true;
