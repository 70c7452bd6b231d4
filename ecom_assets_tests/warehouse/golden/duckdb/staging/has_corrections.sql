SELECT
  COUNT(*) AS files
FROM raw.raw_sales_files
WHERE
  batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND superseded_at IS NULL
  AND CONTAINS(source_filename, '.corrections.');
