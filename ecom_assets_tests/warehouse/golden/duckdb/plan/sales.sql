WITH totals AS (
  SELECT
    event_date,
    currency,
    COUNT(*) AS sales_before,
    SUM(quantity) AS units_before,
    SUM(total_amount) AS revenue_before,
    0 AS sales_after,
    0 AS units_after,
    0 AS revenue_after
  FROM analytics.fact_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  GROUP BY
    event_date,
    currency
  UNION ALL
  SELECT
    event_date,
    currency,
    0 AS sales_before,
    0 AS units_before,
    0 AS revenue_before,
    COUNT(*) AS sales_after,
    SUM(quantity) AS units_after,
    SUM(total_amount) AS revenue_after
  FROM plan_fact_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  GROUP BY
    event_date,
    currency
)
SELECT
  event_date,
  currency,
  CAST(SUM(sales_before) AS BIGINT) AS sales_before,
  CAST(SUM(sales_after) AS BIGINT) AS sales_after,
  CAST(SUM(units_before) AS DECIMAL(38, 4)) AS units_before,
  CAST(SUM(units_after) AS DECIMAL(38, 4)) AS units_after,
  CAST(SUM(revenue_before) AS DECIMAL(38, 4)) AS revenue_before,
  CAST(SUM(revenue_after) AS DECIMAL(38, 4)) AS revenue_after
FROM totals
GROUP BY
  event_date,
  currency
HAVING
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  OR SUM(sales_before) <> SUM(sales_after)
  OR SUM(units_before) <> SUM(units_after)
  OR SUM(revenue_before) <> SUM(revenue_after)
ORDER BY
  event_date,
  currency;
