SELECT
  COUNT(*) AS rows_before
FROM (
  SELECT
    event_date
  FROM analytics.fact_sales
  UNION ALL
  SELECT
    event_date
  FROM staging.stg_sales_repeats
  UNION ALL
  SELECT
    event_date
  FROM analytics.fact_sales_days
  UNION ALL
  SELECT
    event_date
  FROM analytics.fact_sales_breakdowns
  UNION ALL
  SELECT
    event_date
  FROM analytics.fact_sales_changes
) AS published
WHERE
  published.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE);
