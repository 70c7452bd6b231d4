INSERT INTO analytics.fact_sales_days (
  event_date,
  currency,
  orders,
  sales,
  units,
  revenue,
  staged_at,
  files,
  lines,
  rules_version,
  decisions
)
WITH totals AS (
  SELECT
    event_date,
    currency,
    COUNT(DISTINCT order_id) AS orders,
    COUNT(*) AS sales,
    SUM(quantity) AS units,
    SUM(total_amount) AS revenue
  FROM analytics.fact_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND event_date IN (
      SELECT
        p.event_date
      FROM published_days AS p
    )
  GROUP BY
    event_date,
    currency
  UNION ALL
  SELECT
    p.event_date,
    NULL AS currency,
    0 AS orders,
    0 AS sales,
    0 AS units,
    0 AS revenue
  FROM published_days AS p
  WHERE
    p.event_date <> ALL (
      SELECT
        f.event_date
      FROM analytics.fact_sales AS f
      WHERE
        f.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    )
)
SELECT
  totals.event_date,
  totals.currency,
  totals.orders,
  totals.sales,
  totals.units,
  totals.revenue,
  p.staged_at,
  p.files,
  p.lines,
  p.rules_version,
  p.decisions
FROM totals
INNER JOIN published_days AS p
  ON p.event_date = totals.event_date;

INSERT INTO analytics.fact_sales_breakdowns (
  event_date,
  currency,
  breakdown,
  country,
  device,
  sales,
  units,
  revenue
)
SELECT
  event_date,
  currency,
  CASE
    WHEN GROUPING(country) = 0
    THEN 'country'
    WHEN GROUPING(device) = 0
    THEN 'device'
  END AS breakdown,
  country,
  device,
  COUNT(*) AS sales,
  SUM(quantity) AS units,
  SUM(total_amount) AS revenue
FROM analytics.fact_sales
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      p.event_date
    FROM published_days AS p
  )
GROUP BY
  GROUPING SETS (
    (event_date, currency, country),
    (event_date, currency, device)
  );
