SELECT
  event_date,
  reason,
  COUNT(*) AS reject_rows,
  COUNT_IF((
    rules_version <> '08def45a6aac'
  ) IS TRUE) AS outdated_rows
FROM staging.stg_sales_rejects
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
GROUP BY
  event_date,
  reason
ORDER BY
  event_date ASC,
  reject_rows DESC NULLS FIRST,
  reason ASC;
