SELECT
  reasons,
  CASE reason
    WHEN 'Non-positive quantity'
    THEN (
      raw ->> '$."quantity"'
    )
    WHEN 'Duplicate event_id'
    THEN (
      raw ->> '$."event_id"'
    )
    ELSE COALESCE(raw_text, CAST(raw AS TEXT))
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
