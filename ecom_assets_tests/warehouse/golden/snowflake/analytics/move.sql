INSERT INTO moving_sales (
  event_id,
  event_ts,
  event_date,
  quantity,
  points,
  country,
  device,
  source_filename,
  source_row_number,
  ingestion_ts,
  earlier_event_date,
  earlier_filename,
  earlier_row_number,
  is_repeat
)
SELECT
  published.event_id,
  published.event_ts,
  published.event_date,
  published.quantity,
  published.points,
  published.country,
  published.device,
  published.source_filename,
  published.source_row_number,
  published.ingestion_ts,
  p.earlier_event_date,
  p.earlier_filename,
  p.earlier_row_number,
  p.is_repeat
FROM (
  SELECT
    event_id,
    event_ts,
    event_date,
    quantity,
    points,
    country,
    device,
    source_filename,
    source_row_number,
    ingestion_ts,
    TRUE AS is_in_fact
  FROM analytics.fact_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  UNION ALL
  SELECT
    event_id,
    event_ts,
    event_date,
    quantity,
    points,
    country,
    device,
    source_filename,
    source_row_number,
    ingestion_ts,
    FALSE AS is_in_fact
  FROM staging.stg_sales_repeats
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
) AS published
INNER JOIN placed_events AS p
  ON p.event_date = published.event_date
  AND p.source_filename = published.source_filename
  AND p.source_row_number = published.source_row_number
WHERE
  NOT p.is_new;

DELETE FROM analytics.fact_sales
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND (event_date, source_filename, source_row_number) IN (
    SELECT
      m.event_date,
      m.source_filename,
      m.source_row_number
    FROM moving_sales AS m
  );

DELETE FROM staging.stg_sales_repeats
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND (event_date, source_filename, source_row_number) IN (
    SELECT
      m.event_date,
      m.source_filename,
      m.source_row_number
    FROM moving_sales AS m
  );

INSERT INTO analytics.fact_sales (
  event_id,
  event_ts,
  event_date,
  quantity,
  points,
  country,
  device,
  source_filename,
  source_row_number,
  ingestion_ts
)
SELECT
  event_id,
  event_ts,
  event_date,
  quantity,
  points,
  country,
  device,
  source_filename,
  source_row_number,
  ingestion_ts
FROM moving_sales
WHERE
  NOT is_repeat;

INSERT INTO staging.stg_sales_repeats (
  event_id,
  event_ts,
  event_date,
  quantity,
  points,
  country,
  device,
  source_filename,
  source_row_number,
  ingestion_ts,
  earlier_event_date,
  earlier_filename,
  earlier_row_number
)
SELECT
  event_id,
  event_ts,
  event_date,
  quantity,
  points,
  country,
  device,
  source_filename,
  source_row_number,
  ingestion_ts,
  earlier_event_date,
  earlier_filename,
  earlier_row_number
FROM moving_sales
WHERE
  is_repeat;
