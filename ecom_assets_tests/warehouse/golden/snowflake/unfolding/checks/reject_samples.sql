SELECT
  event_date,
  reason,
  source_filename,
  source_row_number,
  source_item_number,
  SUBSTRING(
    (
      CASE
        WHEN (
          SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
        )
        THEN CASE reason
          WHEN 'Non-positive quantity'
          THEN (
            CAST(GET_PATH(GET(GET_PATH(raw, 'order.items'), source_item_number - 1), 'qty') AS VARCHAR)
          )
          WHEN 'Duplicate event_id'
          THEN (
            CAST(GET_PATH(raw, 'order.id') AS VARCHAR)
          )
          ELSE COALESCE(raw_text, CAST(raw AS VARCHAR))
        END
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
        )
        THEN CASE reason
          WHEN 'Non-positive quantity'
          THEN NULL
          WHEN 'Duplicate event_id'
          THEN (
            CAST(GET_PATH(raw, 'id') AS VARCHAR)
          )
          ELSE COALESCE(raw_text, CAST(raw AS VARCHAR))
        END
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          AND TRUE
        )
        THEN CASE reason
          WHEN 'Non-positive quantity'
          THEN (
            CAST(GET_PATH(raw, 'quantity') AS VARCHAR)
          )
          WHEN 'Duplicate event_id'
          THEN (
            CAST(GET_PATH(raw, 'event_id') AS VARCHAR)
          )
          ELSE COALESCE(raw_text, CAST(raw AS VARCHAR))
        END
      END
    ),
    1,
    7
  ) AS offending_value
FROM staging.stg_sales_rejects
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
QUALIFY
  ROW_NUMBER() OVER (
    PARTITION BY event_date, reason
    ORDER BY source_filename, source_row_number, source_item_number
  ) <= 7
ORDER BY
  event_date,
  reason,
  source_filename,
  source_row_number,
  source_item_number;
