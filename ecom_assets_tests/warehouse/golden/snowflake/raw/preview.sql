SELECT
  COALESCE(r.raw_text, CAST(r.raw AS VARCHAR)) AS line,
  NOT r.raw_text IS NULL AS is_malformed,
  r.source_filename,
  r.source_row_number
FROM raw.raw_sales AS r
INNER JOIN raw.raw_sales_files AS f
  ON f.source_filename = r.source_filename
  AND f.load_id = r.load_id
  AND f.superseded_at IS NULL
WHERE
  r.batch_date = CAST('2026-01-05' AS DATE)
ORDER BY
  r.source_filename,
  r.source_row_number
LIMIT 5;
