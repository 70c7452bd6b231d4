SELECT
  COALESCE(MAX(DATEDIFF(DAY, earliest_event_date, event_date)), 0) AS late_days
FROM staging.sales_quality
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE);
