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
  ingestion_ts
)
SELECT
  f.event_id,
  f.event_ts,
  f.event_date,
  f.quantity,
  f.points,
  f.country,
  f.device,
  f.source_filename,
  f.source_row_number,
  f.ingestion_ts
FROM analytics.fact_sales AS f
INNER JOIN placed_events AS p
  ON p.event_date = f.event_date
  AND p.source_filename = f.source_filename
  AND p.source_row_number = f.source_row_number
WHERE
  f.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND NOT p.is_new
UNION ALL
SELECT
  r.event_id,
  r.event_ts,
  r.event_date,
  r.quantity,
  r.points,
  r.country,
  r.device,
  r.source_filename,
  r.source_row_number,
  r.ingestion_ts
FROM staging.stg_sales_repeats AS r
INNER JOIN placed_events AS p
  ON p.event_date = r.event_date
  AND p.source_filename = r.source_filename
  AND p.source_row_number = r.source_row_number
WHERE
  r.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND NOT p.is_new;

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
  m.event_id,
  m.event_ts,
  m.event_date,
  m.quantity,
  m.points,
  m.country,
  m.device,
  m.source_filename,
  m.source_row_number,
  m.ingestion_ts
FROM moving_sales AS m
INNER JOIN placed_events AS p
  ON p.event_date = m.event_date
  AND p.source_filename = m.source_filename
  AND p.source_row_number = m.source_row_number
WHERE
  NOT p.is_new AND NOT p.is_repeat;

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
  m.event_id,
  m.event_ts,
  m.event_date,
  m.quantity,
  m.points,
  m.country,
  m.device,
  m.source_filename,
  m.source_row_number,
  m.ingestion_ts,
  p.earlier_event_date,
  p.earlier_filename,
  p.earlier_row_number
FROM moving_sales AS m
INNER JOIN placed_events AS p
  ON p.event_date = m.event_date
  AND p.source_filename = m.source_filename
  AND p.source_row_number = m.source_row_number
WHERE
  NOT p.is_new AND p.is_repeat;
