WITH staged AS (
  SELECT
    event_date,
    source_filename,
    ingestion_ts,
    TRUE AS is_clean
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  UNION ALL
  SELECT
    event_date,
    source_filename,
    ingestion_ts,
    FALSE AS is_clean
  FROM staging.stg_sales_rejects
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
), per_file AS (
  SELECT
    staged.event_date,
    f.batch_date,
    COUNT_IF(staged.is_clean) AS clean_lines,
    COUNT_IF(NOT staged.is_clean) AS reject_lines
  FROM staged
  LEFT JOIN raw.raw_sales_files AS f
    ON f.source_filename = staged.source_filename
    AND f.loaded_at = staged.ingestion_ts
    AND f.superseded_at IS NULL
    AND f.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  GROUP BY
    staged.event_date,
    f.batch_date
), of_day AS (
  SELECT
    event_date,
    SUM(clean_lines) AS clean_rows,
    SUM(reject_lines) AS reject_rows,
    SUM(IFF(batch_date IS NULL, clean_lines + reject_lines, 0)) AS outdated_rows
  FROM per_file
  GROUP BY
    event_date
), of_files AS (
  SELECT
    batch_date,
    SUM(clean_lines + reject_lines) AS judged_rows
  FROM per_file
  WHERE
    NOT batch_date IS NULL
  GROUP BY
    batch_date
)
SELECT
  days.event_date,
  COALESCE(of_day.clean_rows, 0) AS clean_rows,
  COALESCE(of_day.reject_rows, 0) AS reject_rows,
  COALESCE(of_day.outdated_rows, 0) AS outdated_rows,
  COALESCE(of_files.judged_rows, 0) AS judged_rows,
  q.held_for,
  q.reject_rate_limit,
  q.rules_version,
  q.earliest_event_date
FROM (
  SELECT
    event_date
  FROM (VALUES
    (CAST('2026-01-05' AS DATE))) AS v(event_date)
) AS days
LEFT JOIN of_day
  ON of_day.event_date = days.event_date
LEFT JOIN of_files
  ON of_files.batch_date = days.event_date
LEFT JOIN staging.sales_quality AS q
  ON q.event_date = days.event_date
ORDER BY
  days.event_date;
