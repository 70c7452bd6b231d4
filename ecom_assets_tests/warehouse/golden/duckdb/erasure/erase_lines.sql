UPDATE raw.raw_sales SET raw = NULL, raw_text = NULL
WHERE
  batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND (load_id, source_filename, source_row_number) IN (
    SELECT
      e.load_id,
      e.source_filename,
      e.source_row_number
    FROM erased_lines AS e
  );

UPDATE raw.raw_sales_files SET erased_lines = erased.line_rows
FROM (
  SELECT
    r.load_id,
    r.source_filename,
    COUNT(*) AS line_rows
  FROM raw.raw_sales AS r
  WHERE
    r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND r.raw IS NULL
    AND r.raw_text IS NULL
  GROUP BY
    r.load_id,
    r.source_filename
) AS erased
WHERE
  raw_sales_files.load_id = erased.load_id
  AND raw_sales_files.source_filename = erased.source_filename;
