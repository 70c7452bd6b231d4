CREATE OR REPLACE TEMPORARY TABLE repeated_events AS
WITH staged AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    ingestion_ts,
    FALSE AS is_rejected
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  UNION ALL
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    ingestion_ts,
    TRUE AS is_rejected
  FROM rejected_repeats
), ids AS (
  SELECT
    event_id
  FROM parsed_sales
  UNION ALL
  SELECT
    event_id
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  UNION ALL
  SELECT
    event_id
  FROM rejected_repeats
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
), nearby AS (
  SELECT
    *
  FROM staged
  WHERE
    NOT event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND event_id IN (
      SELECT
        ids.event_id
      FROM ids
    )
), suspects AS (
  SELECT
    event_id
  FROM parsed_sales
  GROUP BY
    event_id
  HAVING
    COUNT(*) > 1
  UNION
  SELECT
    event_id
  FROM nearby
), candidates AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    CAST(NULL AS TIMESTAMP) AS ingestion_ts,
    CAST(NULL AS BOOLEAN) AS is_rejected,
    (
      COALESCE((
        NOT is_object
      ), FALSE)
      OR COALESCE(
        (
          is_object
          AND (
            event_id IS NULL
            OR TRIM(event_id, '	
                  　') = ''
          )
        ),
        FALSE
      )
      OR COALESCE((
        is_object AND event_ts IS NULL
      ), FALSE)
      OR COALESCE((
        is_object AND quantity IS NULL
      ), FALSE)
      OR COALESCE((
        is_object AND quantity <= 0
      ), FALSE)
      OR COALESCE((
        is_object AND total_amount IS NULL
      ), FALSE)
      OR COALESCE((
        is_object AND total_amount < 0
      ), FALSE)
      OR COALESCE((
        is_object AND CAST(event_ts AS DATE) <> event_date
      ), FALSE)
    ) AS is_broken
  FROM parsed_sales
  WHERE
    event_id IN (
      SELECT
        suspects.event_id
      FROM suspects
    )
  UNION ALL
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    ingestion_ts,
    is_rejected,
    FALSE AS is_broken
  FROM nearby
), judged AS (
  SELECT
    *,
    NOT is_broken
    AND COALESCE(
      DATE_DIFF(
        'DAY',
        LAG(CASE WHEN is_broken THEN NULL ELSE event_date END IGNORE NULLS) OVER (PARTITION BY event_id ORDER BY event_date, source_filename, source_row_number),
        event_date
      ) <= 7,
      FALSE
    ) AS is_repeat
  FROM candidates
)
SELECT
  event_date,
  source_filename,
  source_row_number,
  ingestion_ts,
  is_repeat
FROM judged
WHERE
  (
    is_repeat
    AND event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  )
  OR (
    is_repeat <> is_rejected AND event_date > CAST('2026-01-05' AS DATE)
  );

SELECT DISTINCT
  event_date
FROM repeated_events
WHERE
  event_date > CAST('2026-01-05' AS DATE)
ORDER BY
  event_date;
