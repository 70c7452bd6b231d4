SELECT
  total_amount,
  currency,
  event_ts,
  category,
  event_id,
  source_filename,
  source_row_number,
  source_item_number
FROM raw.raw_sales
WHERE
  event_date = CAST('2026-01-05' AS DATE)
ORDER BY
  source_filename,
  source_row_number,
  source_item_number
LIMIT 5;
