SELECT
  event_id,
  event_ts,
  order_id,
  category,
  quantity,
  total_amount,
  currency,
  country,
  source_filename,
  source_row_number
FROM raw.raw_sales
WHERE
  event_date = CAST('2026-01-05' AS DATE)
ORDER BY
  source_filename,
  source_row_number,
  source_item_number
LIMIT 5;
