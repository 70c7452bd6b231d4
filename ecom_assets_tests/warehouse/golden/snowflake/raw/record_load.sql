INSERT INTO raw.raw_sales_files (
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
SELECT
  files.source_filename,
  files.batch_date,
  files.etag,
  files.size_bytes,
  files.last_modified,
  files.row_count,
  'it\'s',
  CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP_NTZ),
  NULL
FROM (
  SELECT source_filename, batch_date, etag, size_bytes, last_modified, row_count FROM (VALUES ('dt=2026-01-05/it\'s.jsonl', CAST('2026-01-05' AS DATE), 'etag', 12, CAST('2026-01-05 01:02:03.000000' AS TIMESTAMP_NTZ), 3)) AS v(source_filename, batch_date, etag, size_bytes, last_modified, row_count)
) AS files;
