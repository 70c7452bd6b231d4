CREATE OR REPLACE VIEW analytics.payment_method_usage AS
SELECT
  payment_method,
  currency,
  COUNT(DISTINCT order_id) AS orders,
  COUNT(*) AS sales,
  ROUND(CAST(COUNT(*) AS DOUBLE) / SUM(COUNT(*)) OVER (PARTITION BY currency), 4) AS share_of_sales,
  SUM(total_amount) AS revenue
FROM analytics.fact_sales
GROUP BY
  payment_method,
  currency;
