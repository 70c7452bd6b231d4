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
WITH placed AS (
  SELECT
    c.*,
    NOT p.source_row_number IS NULL AS is_repeat
  FROM staging.stg_sales_clean AS c
  LEFT JOIN placed_events AS p
    ON p.event_date = c.event_date
    AND p.source_filename = c.source_filename
    AND p.source_row_number = c.source_row_number
    AND p.source_item_number = c.source_item_number
    AND p.is_new
  WHERE
    c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND c.event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
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
FROM placed
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
  c.event_id,
  c.event_ts,
  c.event_date,
  c.order_id,
  c.quantity,
  c.total_amount,
  c.currency,
  c.points,
  c.country,
  c.device,
  c.source_filename,
  c.source_row_number,
  c.source_item_number,
  c.source,
  c.source_version,
  c.ingestion_ts,
  c.allowed_rules,
  p.earlier_event_date,
  p.earlier_filename,
  p.earlier_row_number,
  p.earlier_item_number
FROM staging.stg_sales_clean AS c
INNER JOIN placed_events AS p
  ON p.event_date = c.event_date
  AND p.source_filename = c.source_filename
  AND p.source_row_number = c.source_row_number
  AND p.source_item_number = c.source_item_number
WHERE
  c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND p.is_new;
