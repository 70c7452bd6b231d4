SELECT
  COUNT(*) AS reject_rows
FROM staging.stg_sales_rejects
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND reasons = 'it\'s'
  AND source_filename = COALESCE('it\'s', source_filename)
  AND source = COALESCE('it\'s', source);
