INSERT INTO parsed_sales
SELECT
  *
FROM parsed_again
WHERE
  NOT (
    COALESCE((
      NOT is_object
    ), FALSE)
    OR COALESCE(
      (
        is_object
        AND (
          event_id IS NULL
          OR TRIM(event_id, '\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　') = ''
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
  )
  AND (event_date, source_filename, source_row_number) IN (
    SELECT
      e.event_date,
      e.source_filename,
      e.source_row_number
    FROM repeated_events AS e
    WHERE
      e.event_date > CAST('2026-01-05' AS DATE)
  );

SELECT
  p.event_date,
  COUNT_IF(e.is_repeat) AS to_rejects,
  COUNT_IF(NOT e.is_repeat) AS to_clean
FROM parsed_sales AS p
INNER JOIN repeated_events AS e
  ON e.event_date = p.event_date
  AND e.source_filename = p.source_filename
  AND e.source_row_number = p.source_row_number
WHERE
  p.event_date > CAST('2026-01-05' AS DATE)
GROUP BY
  p.event_date
ORDER BY
  p.event_date;
