SELECT
  p.*,
  NOT r.source_row_number IS NULL AS is_duplicate
FROM parsed_sales AS p
LEFT JOIN duplicate_events AS r
  ON r.event_date = p.event_date
  AND r.source_filename = p.source_filename
  AND r.source_row_number = p.source_row_number
WHERE
  p.event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT
        event_date
      FROM (VALUES
        (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  );
