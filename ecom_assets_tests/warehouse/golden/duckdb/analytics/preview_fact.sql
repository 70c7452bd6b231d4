SELECT
  event_id,
  event_ts,
  order_id,
  category,
  quantity,
  unit_price,
  total_amount,
  currency,
  country,
  marketing_channel
FROM analytics.fact_sales
WHERE
  event_date = CAST('2026-01-05' AS DATE)
ORDER BY
  event_ts,
  event_id
LIMIT 5;
