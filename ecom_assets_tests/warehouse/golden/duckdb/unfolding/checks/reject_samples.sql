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
            raw ->> (
              '$."order"."items"[' || CAST(source_item_number - 1 AS TEXT) || ']."qty"'
            )
          )
          WHEN 'Duplicate event_id'
          THEN (
            raw ->> '$."order"."id"'
          )
          ELSE COALESCE(raw_text, CAST(raw AS TEXT))
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
            raw ->> '$."id"'
          )
          ELSE COALESCE(raw_text, CAST(raw AS TEXT))
        END
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          AND TRUE
        )
        THEN CASE reason
          WHEN 'Non-positive quantity'
          THEN (
            raw ->> '$."quantity"'
          )
          WHEN 'Duplicate event_id'
          THEN (
            raw ->> '$."event_id"'
          )
          ELSE COALESCE(raw_text, CAST(raw AS TEXT))
        END
      END
    ),
    CASE WHEN 1 = 0 THEN 1 ELSE 1 END,
    CASE WHEN 7 < 0 THEN 0 ELSE 7 END
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
