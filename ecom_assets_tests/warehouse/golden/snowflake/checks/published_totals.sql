SELECT
  event_date,
  currency,
  sales,
  revenue
FROM analytics.fact_sales_days
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
ORDER BY
  event_date,
  currency;
