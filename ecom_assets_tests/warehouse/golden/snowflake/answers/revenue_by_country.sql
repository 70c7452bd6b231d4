CREATE OR REPLACE VIEW analytics.revenue_by_country AS
SELECT
  country,
  currency,
  COUNT(DISTINCT order_id) AS orders,
  COUNT(*) AS sales,
  SUM(quantity) AS units,
  SUM(total_amount) AS revenue
FROM analytics.fact_sales
GROUP BY
  country,
  currency;
