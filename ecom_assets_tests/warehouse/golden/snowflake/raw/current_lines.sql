SELECT
  r.raw,
  r.source_filename,
  r.source_row_number,
  r.batch_date,
  r.load_id,
  r.ingestion_ts
FROM raw.raw_sales AS r
INNER JOIN raw.raw_sales_files AS f
  ON f.source_filename = r.source_filename
  AND f.load_id = r.load_id
  AND f.superseded_at IS NULL
WHERE
  r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE);
