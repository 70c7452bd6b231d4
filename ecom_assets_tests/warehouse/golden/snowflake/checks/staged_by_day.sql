WITH clean AS (
  SELECT
    event_date,
    COUNT(*) AS clean_rows
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  GROUP BY
    event_date
), rejects AS (
  SELECT
    event_date,
    COUNT(*) AS reject_rows
  FROM staging.stg_sales_rejects
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  GROUP BY
    event_date
)
SELECT
  days.event_date,
  COALESCE(clean.clean_rows, 0) AS clean_rows,
  COALESCE(rejects.reject_rows, 0) AS reject_rows,
  q.publishable
FROM (
  SELECT
    event_date
  FROM (VALUES
    (CAST('2026-01-05' AS DATE))) AS v(event_date)
) AS days
LEFT JOIN clean
  ON clean.event_date = days.event_date
LEFT JOIN rejects
  ON rejects.event_date = days.event_date
LEFT JOIN staging.sales_quality AS q
  ON q.event_date = days.event_date
ORDER BY
  days.event_date;
