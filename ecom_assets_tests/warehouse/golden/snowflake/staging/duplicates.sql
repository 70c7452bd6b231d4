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
      NOT is_object
    ), FALSE)
    OR COALESCE(
      (
        is_object
        AND (
          event_id IS NULL
          OR IFF(
            CONTAINS('\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　', SUBSTRING(event_id, 1, 1)),
            TRIM(event_id, '\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　') = '',
            FALSE
          )
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
      is_object AND quantity_sign <= 0
    ), FALSE)
    OR COALESCE((
      is_object AND total_amount IS NULL
    ), FALSE)
    OR COALESCE((
      is_object AND total_amount_sign < 0
    ), FALSE)
    OR COALESCE((
      is_object AND CAST(event_ts AS DATE) <> event_date
    ), FALSE)
  )
QUALIFY
  ROW_NUMBER() OVER (PARTITION BY event_date, event_id ORDER BY source_filename, source_row_number) > 1;
