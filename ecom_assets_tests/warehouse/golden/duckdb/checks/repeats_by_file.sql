SELECT
  event_date,
  source_filename,
  earlier_filename,
  COUNT(*) AS repeat_rows,
  MIN(source_row_number) AS first_row_number
FROM staging.stg_sales_repeats
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
GROUP BY
  event_date,
  source_filename,
  earlier_filename
ORDER BY
  event_date ASC,
  repeat_rows DESC NULLS FIRST,
  source_filename ASC,
  earlier_filename ASC;
