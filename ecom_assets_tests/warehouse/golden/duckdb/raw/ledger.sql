SELECT
  source_filename,
  batch_date,
  etag,
  size_bytes,
  row_count
FROM raw.raw_sales_files
WHERE
  batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND superseded_at IS NULL
ORDER BY
  source_filename;
