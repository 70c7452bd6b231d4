SELECT
  reasons,
  CASE reason
    WHEN 'Non-positive quantity'
    THEN (
      CAST(GET_PATH(raw, 'quantity') AS VARCHAR)
    )
    WHEN 'Duplicate event_id'
    THEN (
      CAST(GET_PATH(raw, 'event_id') AS VARCHAR)
    )
    ELSE COALESCE(raw_text, CAST(raw AS VARCHAR))
  END AS offending_value,
  source_filename,
  source_row_number,
  source_item_number
FROM staging.stg_sales_rejects
WHERE
  event_date = CAST('2026-01-05' AS DATE)
QUALIFY
  ROW_NUMBER() OVER (
    PARTITION BY reason
    ORDER BY source_filename, source_row_number, source_item_number
  ) = 1
ORDER BY
  source_filename,
  source_row_number,
  source_item_number;
