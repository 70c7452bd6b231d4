INSERT INTO placed_events (
  event_date,
  source_filename,
  source_row_number,
  source_item_number,
  is_new,
  is_repeat,
  earlier_event_date,
  earlier_filename,
  earlier_row_number,
  earlier_item_number
)
WITH new_rows AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    TRUE AS is_new,
    FALSE AS is_left_out
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
), left_out AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    FALSE AS is_new,
    TRUE AS is_left_out
  FROM staging.stg_sales_repeats
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND event_date <> ALL (
      SELECT
        days.event_date
      FROM (
        SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
), kept AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    FALSE AS is_new,
    FALSE AS is_left_out
  FROM analytics.fact_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND event_date <> ALL (
      SELECT
        days.event_date
      FROM (
        SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
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
    *
  FROM new_rows
  WHERE
    event_id IN (
      SELECT
        ids.event_id
      FROM ids
    )
  UNION ALL
  SELECT
    *
  FROM kept
  UNION ALL
  SELECT
    *
  FROM left_out
), neighbours AS (
  SELECT
    *,
    LAG(event_date) OVER (PARTITION BY event_id ORDER BY event_date) AS event_date_before,
    LAG(source_filename) OVER (PARTITION BY event_id ORDER BY event_date) AS filename_before,
    LAG(source_row_number) OVER (PARTITION BY event_id ORDER BY event_date) AS row_number_before,
    LAG(source_item_number) OVER (PARTITION BY event_id ORDER BY event_date) AS item_number_before
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
  placed.event_date,
  placed.source_filename,
  placed.source_row_number,
  placed.source_item_number,
  placed.is_new,
  placed.is_repeat,
  placed.event_date_before AS earlier_event_date,
  placed.filename_before AS earlier_filename,
  placed.row_number_before AS earlier_row_number,
  placed.item_number_before AS earlier_item_number
FROM placed
LEFT JOIN staging.stg_sales_repeats AS told
  ON placed.is_left_out
  AND told.event_date = placed.event_date
  AND told.source_filename = placed.source_filename
  AND told.source_row_number = placed.source_row_number
  AND told.source_item_number = placed.source_item_number
WHERE
  placed.is_repeat <> placed.is_left_out
  OR (
    placed.is_repeat
    AND (
      placed.event_date_before <> told.earlier_event_date
      OR placed.filename_before <> told.earlier_filename
      OR placed.row_number_before <> told.earlier_row_number
      OR placed.item_number_before <> told.earlier_item_number
    )
  );

SELECT DISTINCT
  event_date
FROM placed_events
WHERE
  NOT is_new
ORDER BY
  event_date;
