WITH sampled AS (
  SELECT
    *
  FROM plan_changes
  WHERE
    change = 'other_values'
  QUALIFY
    ROW_NUMBER() OVER (
      PARTITION BY change
      ORDER BY event_date, source_filename, source_row_number, source_item_number
    ) <= 7
), events AS (
  SELECT
    event_id,
    event_ts,
    event_date,
    order_id,
    quantity,
    total_amount,
    currency,
    points,
    country,
    device,
    source_filename,
    source_row_number,
    source_item_number,
    source,
    source_version,
    ingestion_ts,
    allowed_rules,
    FALSE AS is_after
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  UNION ALL
  SELECT
    event_id,
    event_ts,
    event_date,
    order_id,
    quantity,
    total_amount,
    currency,
    points,
    country,
    device,
    source_filename,
    source_row_number,
    source_item_number,
    source,
    source_version,
    ingestion_ts,
    allowed_rules,
    TRUE AS is_after
  FROM plan_stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
)
SELECT
  events.*
FROM events
INNER JOIN sampled AS s
  ON s.event_date = events.event_date
  AND s.source_filename = events.source_filename
  AND s.source_row_number = events.source_row_number
  AND s.source_item_number = events.source_item_number
ORDER BY
  events.is_after;
