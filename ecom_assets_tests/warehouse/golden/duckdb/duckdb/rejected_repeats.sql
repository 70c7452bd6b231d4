CREATE OR REPLACE TEMPORARY TABLE rejected_repeats AS
WITH texts AS (
  SELECT
    raw,
    FROM_JSON(raw, '{"event_id": "VARCHAR"}').event_id AS event_id,
    event_date,
    source_filename,
    source_row_number,
    ingestion_ts
  FROM staging.stg_sales_rejects
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND reasons = 'it''s'
)
SELECT
  CASE
    WHEN LENGTH(event_id) > 15
    AND REGEXP_FULL_MATCH(event_id, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
    THEN JSON_TEXT(raw, 'event_id')
    ELSE event_id
  END AS event_id,
  event_date,
  source_filename,
  source_row_number,
  ingestion_ts
FROM texts;
