WITH sampled AS (
  SELECT
    *
  FROM plan_changes
  QUALIFY
    ROW_NUMBER() OVER (
      PARTITION BY change, reason_before, reason_after
      ORDER BY event_date, source_filename, source_row_number, source_item_number
    ) <= 7
), old_rejects AS (
  SELECT
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    SUBSTRING(
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
      END,
      CASE WHEN 1 = 0 THEN 1 ELSE 1 END,
      CASE WHEN 7 < 0 THEN 0 ELSE 7 END
    ) AS offending_value
  FROM staging.stg_sales_rejects
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND (event_date, source_filename, source_row_number, source_item_number) IN (
      SELECT
        s.event_date,
        s.source_filename,
        s.source_row_number,
        s.source_item_number
      FROM sampled AS s
    )
), new_rejects AS (
  SELECT
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    SUBSTRING(
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
      END,
      CASE WHEN 1 = 0 THEN 1 ELSE 1 END,
      CASE WHEN 7 < 0 THEN 0 ELSE 7 END
    ) AS offending_value
  FROM plan_stg_sales_rejects
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND (event_date, source_filename, source_row_number, source_item_number) IN (
      SELECT
        s.event_date,
        s.source_filename,
        s.source_row_number,
        s.source_item_number
      FROM sampled AS s
    )
)
SELECT
  sampled.event_date,
  sampled.change,
  sampled.reason_before,
  sampled.reason_after,
  sampled.source_filename,
  sampled.source_row_number,
  sampled.source_item_number,
  o.offending_value AS value_before,
  n.offending_value AS value_after
FROM sampled
LEFT JOIN old_rejects AS o
  ON o.event_date = sampled.event_date
  AND o.source_filename = sampled.source_filename
  AND o.source_row_number = sampled.source_row_number
  AND o.source_item_number = sampled.source_item_number
LEFT JOIN new_rejects AS n
  ON n.event_date = sampled.event_date
  AND n.source_filename = sampled.source_filename
  AND n.source_row_number = sampled.source_row_number
  AND n.source_item_number = sampled.source_item_number
ORDER BY
  sampled.change,
  sampled.reason_before,
  sampled.reason_after,
  sampled.event_date,
  sampled.source_filename,
  sampled.source_row_number,
  sampled.source_item_number;
