COPY INTO raw.raw_sales (
  raw,
  raw_text,
  source_filename,
  source_row_number,
  batch_date,
  load_id,
  ingestion_ts
)
FROM (
  SELECT
    CASE WHEN CHECK_JSON($1) IS NULL THEN PARSE_JSON($1) END,
    CASE WHEN NOT CHECK_JSON($1) IS NULL THEN $1 END,
    SUBSTRING(metadata$filename, 7),
    metadata$file_row_number,
    CAST(SUBSTRING(metadata$filename, 7, 10) AS DATE),
    'it\'s',
    CAST('2026-01-05 01:02:03.000004' AS TIMESTAMPNTZ)
  FROM @raw.sales_landing
)
files = ('dt=2026-01-05/it\'s.jsonl', 'dt=2026-01-05/b.jsonl')
file_format = (FORMAT_NAME='raw.sales_lines')
on_error = 'SKIP_FILE'
force = TRUE;
