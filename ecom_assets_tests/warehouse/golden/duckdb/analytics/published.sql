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
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE);
