SELECT
  q.event_date
FROM staging.sales_quality AS q
LEFT JOIN analytics.fact_sales_days AS f
  ON f.event_date = q.event_date AND f.staged_at = q.evaluated_at
WHERE
  q.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND q.staged_along_with BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND f.event_date IS NULL
ORDER BY
  q.event_date;
