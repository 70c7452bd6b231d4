SELECT
  event_date,
  currency,
  MAX_BY(orders, published_at) AS orders,
  CAST(SUM(sales_after - sales_before) AS BIGINT) AS sales,
  SUM(units_after - units_before) AS units,
  SUM(revenue_after - revenue_before) AS revenue
FROM analytics.fact_sales_changes
WHERE
  published_at <= CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP_NTZ)
GROUP BY
  event_date,
  currency
HAVING
  SUM(sales_after - sales_before) > 0
ORDER BY
  event_date,
  currency;
