INSERT INTO repeated_events (
  source_filename,
  source_row_number
)
WITH RECURSIVE neighbours AS (
  SELECT
    event_id,
    event_date
  FROM staging.stg_sales_clean
  WHERE
    (
      event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
      OR event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    )
    AND NOT event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND event_id IN (
      SELECT
        parsed_sales.event_id
      FROM parsed_sales
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
  FROM neighbours
), kept_nearby AS (
  SELECT DISTINCT
    p.source_filename,
    p.source_row_number
  FROM parsed_sales AS p
  INNER JOIN neighbours AS n
    ON n.event_id = p.event_id
  WHERE
    ABS(DATE_DIFF('DAY', n.event_date, p.event_date)) <= 7
), candidates AS (
  SELECT
    p.event_id,
    p.event_date,
    p.source_filename,
    p.source_row_number,
    (
      COALESCE((
        NOT is_object
      ), FALSE)
      OR COALESCE(
        (
          is_object
          AND (
            event_id IS NULL
            OR CASE
              WHEN CONTAINS(
                '	
                  　',
                SUBSTRING(event_id, CASE WHEN 1 = 0 THEN 1 ELSE 1 END, CASE WHEN 1 < 0 THEN 0 ELSE 1 END)
              )
              THEN TRIM(event_id, '	
                  　') = ''
              ELSE FALSE
            END
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
    ) AS is_broken,
    NOT k.source_row_number IS NULL AS is_kept_nearby
  FROM parsed_sales AS p
  LEFT JOIN kept_nearby AS k
    ON k.source_filename = p.source_filename
    AND k.source_row_number = p.source_row_number
  WHERE
    p.event_id IN (
      SELECT
        suspects.event_id
      FROM suspects
    )
), first_of_day AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number
  FROM candidates
  WHERE
    NOT is_broken AND NOT is_kept_nearby
  QUALIFY
    ROW_NUMBER() OVER (PARTITION BY event_id, event_date ORDER BY source_filename, source_row_number) = 1
), turns AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY event_date) AS turn
  FROM first_of_day
), kept AS (
  SELECT
    event_id,
    turn,
    event_date AS last_kept,
    TRUE AS is_kept
  FROM turns
  WHERE
    turn = 1
  UNION ALL
  SELECT
    t.event_id,
    t.turn,
    CASE
      WHEN DATE_DIFF('DAY', k.last_kept, t.event_date) > 7
      THEN t.event_date
      ELSE k.last_kept
    END,
    DATE_DIFF('DAY', k.last_kept, t.event_date) > 7
  FROM kept AS k
  INNER JOIN turns AS t
    ON t.event_id = k.event_id AND t.turn = k.turn + 1
), kept_lines AS (
  SELECT
    t.event_id,
    t.event_date,
    t.source_filename,
    t.source_row_number
  FROM turns AS t
  INNER JOIN kept AS k
    ON k.event_id = t.event_id AND k.turn = t.turn
  WHERE
    k.is_kept
)
SELECT
  c.source_filename,
  c.source_row_number
FROM candidates AS c
WHERE
  c.is_kept_nearby
UNION
SELECT
  c.source_filename,
  c.source_row_number
FROM candidates AS c
INNER JOIN kept_lines AS k
  ON k.event_id = c.event_id
WHERE
  (
    k.event_date < c.event_date AND DATE_DIFF('DAY', k.event_date, c.event_date) <= 7
  )
  OR (
    k.event_date = c.event_date
    AND (
      k.source_filename < c.source_filename
      OR (
        k.source_filename = c.source_filename
        AND k.source_row_number < c.source_row_number
      )
    )
  );
