SELECT
  event_date,
  field,
  filled_rows,
  absent_rows,
  unfit_rows,
  rounded_rows,
  first_unfit
FROM staging.sales_quality_fields
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
ORDER BY
  event_date,
  field;
