SELECT
  event_date,
  reason,
  source_filename,
  source_row_number,
  SUBSTRING(
    CASE reason
      WHEN 'Non-positive quantity'
      THEN JSON_EXTRACT_PATH_TEXT(raw, 'quantity')
      WHEN 'Duplicate event_id'
      THEN JSON_EXTRACT_PATH_TEXT(raw, 'event_id')
      ELSE COALESCE(raw_text, CAST(raw AS VARCHAR))
    END,
    1,
    7
  ) AS offending_value
FROM staging.stg_sales_rejects
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
QUALIFY
  ROW_NUMBER() OVER (PARTITION BY event_date, reason ORDER BY source_filename, source_row_number) <= 7
ORDER BY
  event_date,
  reason,
  source_filename,
  source_row_number;
