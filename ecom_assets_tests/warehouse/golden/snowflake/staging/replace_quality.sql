DELETE FROM staging.sales_quality
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  )
  AND evaluated_at <> CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP_NTZ);
