INSERT INTO moving_sales (
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
  earlier_event_date,
  earlier_filename,
  earlier_row_number,
  earlier_item_number,
  was_repeat,
  is_repeat
)
WITH published AS (
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
    FALSE AS was_repeat
  FROM analytics.fact_sales
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
    TRUE AS was_repeat
  FROM staging.stg_sales_repeats
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
)
SELECT
  published.event_id,
  published.event_ts,
  published.event_date,
  published.order_id,
  published.quantity,
  published.total_amount,
  published.currency,
  published.points,
  published.country,
  published.device,
  published.source_filename,
  published.source_row_number,
  published.source_item_number,
  published.source,
  published.source_version,
  published.ingestion_ts,
  published.allowed_rules,
  p.earlier_event_date,
  p.earlier_filename,
  p.earlier_row_number,
  p.earlier_item_number,
  published.was_repeat,
  p.is_repeat
FROM published
INNER JOIN placed_events AS p
  ON p.event_date = published.event_date
  AND p.source_filename = published.source_filename
  AND p.source_row_number = published.source_row_number
  AND p.source_item_number = published.source_item_number
WHERE
  NOT p.is_new;

DELETE FROM analytics.fact_sales
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND (event_date, source_filename, source_row_number, source_item_number) IN (
    SELECT
      m.event_date,
      m.source_filename,
      m.source_row_number,
      m.source_item_number
    FROM moving_sales AS m
  );

DELETE FROM staging.stg_sales_repeats
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND (event_date, source_filename, source_row_number, source_item_number) IN (
    SELECT
      m.event_date,
      m.source_filename,
      m.source_row_number,
      m.source_item_number
    FROM moving_sales AS m
  );

INSERT INTO analytics.fact_sales (
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
  allowed_rules
)
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
  allowed_rules
FROM moving_sales
WHERE
  NOT is_repeat;

INSERT INTO staging.stg_sales_repeats (
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
  earlier_event_date,
  earlier_filename,
  earlier_row_number,
  earlier_item_number
)
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
  earlier_event_date,
  earlier_filename,
  earlier_row_number,
  earlier_item_number
FROM moving_sales
WHERE
  is_repeat;
