DELETE FROM analytics.fact_sales_days
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      p.event_date
    FROM published_days AS p
  );

DELETE FROM analytics.fact_sales_breakdowns
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      p.event_date
    FROM published_days AS p
  );
