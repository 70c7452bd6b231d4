INSERT INTO duplicate_events (
  event_date,
  source_filename,
  source_row_number
)
WITH suspects AS (
  SELECT
    event_id
  FROM parsed_sales
  GROUP BY
    event_id
  HAVING
    COUNT(*) > 1
)
SELECT
  event_date,
  source_filename,
  source_row_number
FROM parsed_sales
WHERE
  event_id IN (
    SELECT
      suspects.event_id
    FROM suspects
  )
  AND NOT (
    COALESCE((
      is_object AND quantity_sign <= 0
    ), FALSE)
  )
QUALIFY
  ROW_NUMBER() OVER (PARTITION BY event_date, event_id ORDER BY source_filename, source_row_number) > 1;
