WITH totals AS (
  SELECT
    event_date,
    currency,
    COUNT(*) AS old_sales,
    SUM(quantity) AS old_units,
    SUM(total_amount) AS old_revenue,
    0 AS new_sales,
    0 AS new_units,
    0 AS new_revenue
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
    0 AS old_sales,
    0 AS old_units,
    0 AS old_revenue,
    COUNT(*) AS new_sales,
    SUM(quantity) AS new_units,
    SUM(total_amount) AS new_revenue
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
  CAST(SUM(old_sales) AS BIGINT) AS sales_before,
  CAST(SUM(new_sales) AS BIGINT) AS sales_after,
  CAST(SUM(old_units) AS DECIMAL(38, 4)) AS units_before,
  CAST(SUM(new_units) AS DECIMAL(38, 4)) AS units_after,
  CAST(SUM(old_revenue) AS DECIMAL(38, 4)) AS revenue_before,
  CAST(SUM(new_revenue) AS DECIMAL(38, 4)) AS revenue_after
FROM totals
GROUP BY
  event_date,
  currency
HAVING
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  OR SUM(old_sales) <> SUM(new_sales)
  OR SUM(old_units) <> SUM(new_units)
  OR SUM(old_revenue) <> SUM(new_revenue)
ORDER BY
  event_date,
  currency;
