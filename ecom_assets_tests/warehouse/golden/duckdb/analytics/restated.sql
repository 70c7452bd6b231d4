SELECT
  event_date,
  currency,
  cause,
  MAX(published_at) AS published_at,
  SUM(sales_after - sales_before) AS sales,
  SUM(revenue_after - revenue_before) AS revenue
FROM analytics.fact_sales_changes
WHERE
  NOT cause IN ('first published', 'before records began')
GROUP BY
  event_date,
  currency,
  cause
ORDER BY
  event_date,
  currency,
  cause;
