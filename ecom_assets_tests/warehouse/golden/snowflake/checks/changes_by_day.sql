SELECT
  event_date,
  published_at,
  currency,
  cause,
  revenue_after - revenue_before AS revenue
FROM analytics.fact_sales_changes
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
ORDER BY
  event_date,
  published_at,
  currency,
  cause;
