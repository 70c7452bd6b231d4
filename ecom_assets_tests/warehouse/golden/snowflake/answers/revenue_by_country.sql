CREATE OR REPLACE VIEW analytics.revenue_by_country AS
SELECT
  country,
  currency,
  CAST(SUM(sales) AS BIGINT) AS sales,
  SUM(units) AS units,
  SUM(revenue) AS revenue
FROM analytics.fact_sales_breakdowns
WHERE
  breakdown = 'country'
GROUP BY
  country,
  currency;
