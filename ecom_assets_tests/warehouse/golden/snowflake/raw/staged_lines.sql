SELECT
  r.raw,
  r.source_filename,
  r.source_row_number,
  r.batch_date,
  r.load_id,
  r.ingestion_ts
FROM raw.raw_sales AS r
INNER JOIN repeated_events AS e
  ON e.source_filename = r.source_filename
  AND e.source_row_number = r.source_row_number
  AND e.ingestion_ts = r.ingestion_ts
WHERE
  r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE);
