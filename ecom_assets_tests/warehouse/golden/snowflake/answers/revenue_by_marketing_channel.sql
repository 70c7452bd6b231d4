CREATE OR REPLACE VIEW analytics.revenue_by_marketing_channel AS
SELECT
  marketing_channel,
  currency,
  COUNT(DISTINCT order_id) AS orders,
  COUNT(*) AS sales,
  SUM(quantity) AS units,
  SUM(total_amount) AS revenue
FROM analytics.fact_sales
GROUP BY
  marketing_channel,
  currency;
