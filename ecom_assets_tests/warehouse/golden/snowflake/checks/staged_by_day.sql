WITH staged AS (
  SELECT
    event_date,
    source_filename,
    source_item_number,
    ingestion_ts,
    TRUE AS is_clean,
    FALSE AS is_replaced
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  UNION ALL
  SELECT
    event_date,
    source_filename,
    source_item_number,
    ingestion_ts,
    FALSE AS is_clean,
    reason IN ('') AS is_replaced
  FROM staging.stg_sales_rejects
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
), per_file AS (
  SELECT
    staged.event_date,
    f.batch_date,
    COUNT_IF(staged.is_clean) AS clean_rows,
    COUNT_IF(NOT staged.is_clean) AS reject_rows,
    COUNT_IF(staged.is_replaced) AS replaced_rows,
    COUNT_IF(staged.source_item_number = 1) AS judged_lines
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
    SUM(clean_rows) AS clean_rows,
    SUM(reject_rows) AS reject_rows,
    SUM(replaced_rows) AS replaced_rows,
    SUM(IFF(batch_date IS NULL, clean_rows + reject_rows, 0)) AS outdated_rows
  FROM per_file
  GROUP BY
    event_date
), found AS (
  SELECT
    q.event_date,
    q.sale_rows,
    f.batch_date,
    q.other_rows
  FROM staging.sales_quality_files AS q
  LEFT JOIN raw.raw_sales_files AS f
    ON f.source_filename = q.source_filename
    AND f.loaded_at = q.ingestion_ts
    AND f.superseded_at IS NULL
    AND f.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  WHERE
    q.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
), sales_of_day AS (
  SELECT
    event_date,
    SUM(sale_rows) AS sale_rows
  FROM found
  GROUP BY
    event_date
), of_files AS (
  SELECT
    lines.batch_date,
    SUM(lines.judged_lines) AS judged_lines,
    SUM(lines.other_lines) AS other_lines
  FROM (
    SELECT
      batch_date,
      judged_lines,
      0 AS other_lines
    FROM per_file
    UNION ALL
    SELECT
      batch_date,
      0 AS judged_lines,
      other_rows AS other_lines
    FROM found
  ) AS lines
  WHERE
    NOT lines.batch_date IS NULL
  GROUP BY
    lines.batch_date
)
SELECT
  days.event_date,
  COALESCE(of_day.clean_rows, 0) AS clean_rows,
  COALESCE(of_day.reject_rows, 0) AS reject_rows,
  COALESCE(of_day.replaced_rows, 0) AS replaced_rows,
  COALESCE(of_day.outdated_rows, 0) AS outdated_rows,
  COALESCE(sales_of_day.sale_rows, 0) AS sale_rows,
  COALESCE(of_files.judged_lines, 0) AS judged_lines,
  COALESCE(of_files.other_lines, 0) AS other_lines,
  q.held_for,
  q.reject_rate_limit,
  q.reject_money_rate,
  q.decisions,
  q.decided_by,
  q.rules_version,
  q.earliest_event_date
FROM (
  SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
) AS days
LEFT JOIN of_day
  ON of_day.event_date = days.event_date
LEFT JOIN sales_of_day
  ON sales_of_day.event_date = days.event_date
LEFT JOIN of_files
  ON of_files.batch_date = days.event_date
LEFT JOIN staging.sales_quality AS q
  ON q.event_date = days.event_date
ORDER BY
  days.event_date;
