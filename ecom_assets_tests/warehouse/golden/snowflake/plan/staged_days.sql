SELECT
  MIN(event_date) AS first_day,
  MAX(event_date) AS last_day
FROM staging.sales_quality
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE);
