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

UPDATE raw.raw_sales_files SET has_erased_lines = TRUE
WHERE
  batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND (load_id, source_filename) IN (
    SELECT
      e.load_id,
      e.source_filename
    FROM erased_lines AS e
  );
