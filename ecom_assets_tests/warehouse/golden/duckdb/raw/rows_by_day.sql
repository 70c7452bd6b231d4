WITH files AS (
  SELECT
    f.batch_date,
    f.source_filename,
    MAX(f.row_count) AS row_count,
    COUNT(r.load_id) AS raw_rows
  FROM raw.raw_sales_files AS f
  LEFT JOIN raw.raw_sales AS r
    ON r.load_id = f.load_id
    AND r.source_filename = f.source_filename
    AND r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  WHERE
    f.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND f.superseded_at IS NULL
  GROUP BY
    f.batch_date,
    f.source_filename
)
SELECT
  days.event_date,
  COUNT(files.source_filename) AS files,
  COUNT(files.row_count) AS files_read,
  COALESCE(SUM(files.row_count), 0) AS ledger_rows,
  COALESCE(SUM(files.raw_rows), 0) AS raw_rows
FROM (
  SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
) AS days
LEFT JOIN files
  ON files.batch_date = days.event_date
GROUP BY
  days.event_date
ORDER BY
  days.event_date;
