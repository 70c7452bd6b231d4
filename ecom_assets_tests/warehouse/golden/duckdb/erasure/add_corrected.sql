INSERT INTO erased_lines (
  source_filename,
  source_row_number,
  batch_date,
  load_id,
  is_sale,
  is_theirs
)
WITH corrected AS (
  SELECT DISTINCT
    r.batch_date,
    (
      raw ->> '$."_corrects"."file"'
    ) AS source_filename,
    TRY_CAST((
      raw ->> '$."_corrects"."line"'
    ) AS BIGINT) AS source_row_number
  FROM raw.raw_sales AS r
  INNER JOIN erased_lines AS e
    ON e.load_id = r.load_id
    AND e.source_filename = r.source_filename
    AND e.source_row_number = r.source_row_number
  WHERE
    CONTAINS(r.source_filename, '.corrections.')
)
SELECT
  r.source_filename,
  r.source_row_number,
  r.batch_date,
  r.load_id,
  FALSE AS is_sale,
  TRUE AS is_theirs
FROM raw.raw_sales AS r
INNER JOIN corrected AS c
  ON c.batch_date = r.batch_date
  AND c.source_filename = r.source_filename
  AND c.source_row_number = r.source_row_number
WHERE
  (r.load_id, r.source_filename, r.source_row_number) <> ALL (
    SELECT
      e.load_id,
      e.source_filename,
      e.source_row_number
    FROM erased_lines AS e
  );

SELECT
  COUNT(*) AS line_rows
FROM erased_lines;
