INSERT INTO placed_events (
  event_date,
  source_filename,
  source_row_number,
  is_new,
  is_repeat,
  earlier_event_date,
  earlier_filename,
  earlier_row_number
)
WITH new_rows AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT
          event_date
        FROM (VALUES
          (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
), left_out AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    earlier_event_date AS told_event_date,
    earlier_filename AS told_filename,
    earlier_row_number AS told_row_number
  FROM staging.stg_sales_repeats
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND event_date <> ALL (
      SELECT
        days.event_date
      FROM (
        SELECT
          event_date
        FROM (VALUES
          (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
), kept AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number
  FROM analytics.fact_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND event_date <> ALL (
      SELECT
        days.event_date
      FROM (
        SELECT
          event_date
        FROM (VALUES
          (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
    AND event_id IN (
      SELECT
        n.event_id
      FROM new_rows AS n
      UNION ALL
      SELECT
        l.event_id
      FROM left_out AS l
    )
), ids AS (
  SELECT
    event_id
  FROM new_rows
  GROUP BY
    event_id
  HAVING
    COUNT(*) > 1
  UNION
  SELECT
    event_id
  FROM kept
  UNION
  SELECT
    event_id
  FROM left_out
), compared AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    TRUE AS is_new,
    FALSE AS is_left_out,
    CAST(NULL AS DATE) AS told_event_date,
    CAST(NULL AS TEXT) AS told_filename,
    CAST(NULL AS BIGINT) AS told_row_number
  FROM new_rows
  WHERE
    event_id IN (
      SELECT
        ids.event_id
      FROM ids
    )
  UNION ALL
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    FALSE AS is_new,
    FALSE AS is_left_out,
    CAST(NULL AS DATE) AS told_event_date,
    CAST(NULL AS TEXT) AS told_filename,
    CAST(NULL AS BIGINT) AS told_row_number
  FROM kept
  UNION ALL
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    FALSE AS is_new,
    TRUE AS is_left_out,
    told_event_date,
    told_filename,
    told_row_number
  FROM left_out
), neighbours AS (
  SELECT
    *,
    LAG(event_date) OVER (PARTITION BY event_id ORDER BY event_date) AS event_date_before,
    LAG(source_filename) OVER (PARTITION BY event_id ORDER BY event_date) AS filename_before,
    LAG(source_row_number) OVER (PARTITION BY event_id ORDER BY event_date) AS row_number_before
  FROM compared
), placed AS (
  SELECT
    *,
    COALESCE(DATE_DIFF('DAY', event_date_before, event_date) <= 7, FALSE) AS is_repeat
  FROM neighbours
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
)
SELECT
  event_date,
  source_filename,
  source_row_number,
  is_new,
  is_repeat,
  event_date_before AS earlier_event_date,
  filename_before AS earlier_filename,
  row_number_before AS earlier_row_number
FROM placed
WHERE
  is_repeat <> is_left_out
  OR (
    is_repeat
    AND (
      event_date_before <> told_event_date
      OR filename_before <> told_filename
      OR row_number_before <> told_row_number
    )
  );

SELECT DISTINCT
  event_date
FROM placed_events
WHERE
  NOT is_new
ORDER BY
  event_date;
