SELECT
  j.source_filename,
  j.source_row_number,
  MIN(j.reasons) AS reasons,
  r.raw,
  r.raw_text
FROM staging.stg_sales_rejects AS j
INNER JOIN raw.raw_sales_files AS f
  ON f.source_filename = j.source_filename
  AND f.loaded_at = j.ingestion_ts
  AND f.superseded_at IS NULL
INNER JOIN raw.raw_sales AS r
  ON r.load_id = f.load_id
  AND r.source_filename = j.source_filename
  AND r.source_row_number = j.source_row_number
WHERE
  r.batch_date = CAST('2026-01-05' AS DATE)
  AND f.batch_date = CAST('2026-01-05' AS DATE)
  AND NOT j.reason IN ('Duplicate event_id')
GROUP BY
  j.source_filename,
  j.source_row_number,
  r.raw,
  r.raw_text
ORDER BY
  j.source_filename,
  j.source_row_number;
