SELECT DISTINCT
  q.event_date
FROM staging.sales_quality AS q
INNER JOIN analytics.fact_sales_days AS f
  ON f.event_date = q.event_date
WHERE
  q.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND f.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND f.staged_at IS DISTINCT FROM q.evaluated_at
ORDER BY
  q.event_date;
