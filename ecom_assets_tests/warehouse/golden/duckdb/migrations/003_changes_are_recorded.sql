UPDATE analytics.fact_sales_days SET rules_version = (
  SELECT
    MAX(q.rules_version)
  FROM staging.sales_quality AS q
  WHERE
    q.event_date = fact_sales_days.event_date
    AND q.evaluated_at = fact_sales_days.staged_at
)
WHERE
  rules_version IS NULL;

INSERT INTO analytics.fact_sales_changes (
  published_at,
  event_date,
  currency,
  cause,
  rules_version_after,
  orders,
  sales_before,
  sales_after,
  units_before,
  units_after,
  revenue_before,
  revenue_after
)
SELECT
  CURRENT_TIMESTAMP AT TIME ZONE 'UTC' AS published_at,
  event_date,
  currency,
  'before records began' AS cause,
  rules_version AS rules_version_after,
  orders,
  0 AS sales_before,
  sales AS sales_after,
  0 AS units_before,
  units AS units_after,
  0 AS revenue_before,
  revenue AS revenue_after
FROM analytics.fact_sales_days
WHERE
  event_date <> ALL (
    SELECT
      c.event_date
    FROM analytics.fact_sales_changes AS c
  );
