CREATE OR REPLACE VIEW analytics.revenue_by_marketing_channel AS
SELECT
  marketing_channel,
  currency,
  CAST(SUM(sales) AS BIGINT) AS sales,
  SUM(units) AS units,
  SUM(revenue) AS revenue
FROM analytics.fact_sales_breakdowns
WHERE
  breakdown = 'marketing_channel'
GROUP BY
  marketing_channel,
  currency;
