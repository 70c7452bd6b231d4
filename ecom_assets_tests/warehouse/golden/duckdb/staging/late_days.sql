SELECT
  COALESCE(MAX(late_days), 0) AS late_days
FROM staging.sales_quality
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE);
