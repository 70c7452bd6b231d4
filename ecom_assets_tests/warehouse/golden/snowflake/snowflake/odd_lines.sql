SELECT
  source_filename,
  COUNT_IF(TRIM(COALESCE(raw_text, ''), ' \t\n\r\x0b\f') = '') AS blank_rows,
  COUNT_IF(ENDSWITH(raw_text, '\r')) AS rows_with_cr
FROM raw.raw_sales
WHERE
  batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND load_id = 'it\'s'
  AND raw IS NULL
GROUP BY
  source_filename;
