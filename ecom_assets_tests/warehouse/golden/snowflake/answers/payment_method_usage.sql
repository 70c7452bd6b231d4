CREATE OR REPLACE VIEW analytics.payment_method_usage AS
SELECT
  payment_method,
  currency,
  CAST(SUM(sales) AS BIGINT) AS sales,
  ROUND(CAST(SUM(sales) AS DOUBLE) / SUM(SUM(sales)) OVER (PARTITION BY currency), 4) AS share_of_sales,
  SUM(revenue) AS revenue
FROM analytics.fact_sales_breakdowns
WHERE
  breakdown = 'payment_method'
GROUP BY
  payment_method,
  currency;
