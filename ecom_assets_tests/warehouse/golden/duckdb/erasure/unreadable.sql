SELECT
  source_filename,
  source_row_number,
  batch_date,
  load_id,
  raw_text
FROM raw.raw_sales
WHERE
  raw IS NULL
  AND NOT raw_text IS NULL
  AND batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND COALESCE(load_id = 'it''s', TRUE);
