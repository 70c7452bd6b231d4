WITH files AS (
  SELECT
    source_filename,
    superseded_at IS NULL AND row_count IS NULL AS is_damaged
  FROM raw.raw_sales_files
  WHERE
    batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
)
SELECT
  event_date
FROM parsed_sales
WHERE
  event_date < CAST('2026-01-05' AS DATE)
  AND batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
UNION
SELECT
  event_date
FROM staging.sales_quality_files
WHERE
  event_date >= CAST('2026-01-05' AS DATE)
  AND event_date < CAST('2026-01-05' AS DATE)
  AND source_filename IN (
    SELECT
      files.source_filename
    FROM files
  )
UNION
SELECT
  event_date
FROM staging.sales_quality
WHERE
  event_date >= CAST('2026-01-05' AS DATE)
  AND event_date < CAST('2026-01-05' AS DATE)
  AND (
    held_for = 'files'
    OR (
      SELECT
        COUNT_IF((
          files.is_damaged
        ) IS TRUE)
      FROM files
    ) > 0
  )
ORDER BY
  event_date;
