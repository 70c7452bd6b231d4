CREATE OR REPLACE VIEW analytics.revenue_by_day AS
SELECT
  event_date,
  currency,
  orders,
  sales,
  units,
  revenue
FROM analytics.fact_sales_days
WHERE
  sales > 0;
