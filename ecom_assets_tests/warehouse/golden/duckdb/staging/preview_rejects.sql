SELECT
  reasons,
  COALESCE(raw_text, CAST(raw AS TEXT)) AS line,
  source_filename,
  source_row_number
FROM staging.stg_sales_rejects
WHERE
  event_date = CAST('2026-01-05' AS DATE)
QUALIFY
  ROW_NUMBER() OVER (PARTITION BY reason ORDER BY source_filename, source_row_number) = 1
ORDER BY
  source_filename,
  source_row_number;
