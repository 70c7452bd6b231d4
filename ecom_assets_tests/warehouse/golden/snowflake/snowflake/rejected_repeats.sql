CREATE OR REPLACE TEMPORARY TABLE rejected_repeats AS
SELECT
  CAST(GET_PATH(raw, 'event_id') AS VARCHAR) AS event_id,
  event_date,
  source_filename,
  source_row_number,
  ingestion_ts
FROM staging.stg_sales_rejects
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND reasons = 'it\'s';
