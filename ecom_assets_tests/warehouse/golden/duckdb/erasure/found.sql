SELECT
  e.source_filename,
  e.batch_date,
  e.load_id,
  MAX(CASE WHEN f.superseded_at IS NULL THEN 1 ELSE 0 END) = 1 AS is_current,
  COUNT(DISTINCT e.source_row_number) AS line_rows,
  COUNT_IF((
    e.is_theirs AND e.is_sale
  ) IS TRUE) AS sale_rows,
  COUNT_IF((
    NOT e.is_theirs
  ) IS TRUE) AS other_sale_rows
FROM erased_lines AS e
INNER JOIN raw.raw_sales_files AS f
  ON f.load_id = e.load_id AND f.source_filename = e.source_filename
GROUP BY
  e.source_filename,
  e.batch_date,
  e.load_id
ORDER BY
  e.batch_date,
  e.source_filename,
  e.load_id;
