CREATE OR REPLACE VIEW analytics.revenue_by_category AS
SELECT
  category,
  currency,
  CAST(SUM(sales) AS BIGINT) AS sales,
  SUM(units) AS units,
  SUM(revenue) AS revenue
FROM analytics.fact_sales_breakdowns
WHERE
  breakdown = 'category'
GROUP BY
  category,
  currency;
