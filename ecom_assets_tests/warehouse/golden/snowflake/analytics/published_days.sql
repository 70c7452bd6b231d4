INSERT INTO published_days (
  event_date,
  staged_at,
  files,
  lines,
  rules_version,
  decisions
)
WITH own_files AS (
  SELECT
    batch_date,
    COUNT(*) AS files,
    SUM(row_count) AS lines
  FROM raw.raw_sales_files
  WHERE
    batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND superseded_at IS NULL
  GROUP BY
    batch_date
), files_with_lines AS (
  SELECT
    event_date,
    COUNT_IF(batch_date <> event_date) AS further_files,
    SUM(line_rows) AS lines
  FROM staging.sales_quality_files
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  GROUP BY
    event_date
)
SELECT
  days.event_date,
  days.staged_at,
  COALESCE(own_files.files, 0) + COALESCE(files_with_lines.further_files, 0) AS files,
  COALESCE(files_with_lines.lines, 0) AS lines,
  q.rules_version,
  q.decisions
FROM (
  SELECT event_date, staged_at FROM (VALUES (CAST('2026-01-05' AS DATE), CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP_NTZ))) AS v(event_date, staged_at)
) AS days
LEFT JOIN own_files
  ON own_files.batch_date = days.event_date
LEFT JOIN files_with_lines
  ON files_with_lines.event_date = days.event_date
LEFT JOIN staging.sales_quality AS q
  ON q.event_date = days.event_date AND q.evaluated_at = days.staged_at
UNION ALL
SELECT
  event_date,
  MAX(staged_at) AS staged_at,
  MAX(files) AS files,
  MAX(lines) AS lines,
  MAX(rules_version) AS rules_version,
  MAX(decisions) AS decisions
FROM analytics.fact_sales_days
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      p.event_date
    FROM placed_events AS p
    WHERE
      NOT p.is_new
  )
  AND event_date <> ALL (
    SELECT
      days.event_date
    FROM (
      SELECT event_date, staged_at FROM (VALUES (CAST('2026-01-05' AS DATE), CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP_NTZ))) AS v(event_date, staged_at)
    ) AS days
  )
GROUP BY
  event_date;
