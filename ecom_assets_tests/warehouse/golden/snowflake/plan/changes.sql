INSERT INTO plan_changes (
  event_date,
  change,
  reason_before,
  reason_after,
  source_filename,
  source_row_number,
  source_item_number
)
WITH old_rows AS (
  SELECT
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    NULL AS reason,
    HASH(
      event_id,
      event_ts,
      order_id,
      quantity,
      total_amount,
      currency,
      points,
      country,
      device,
      source,
      source_version,
      allowed_rules
    ) AS contents
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
  UNION ALL
  SELECT
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    reason,
    HASH(reasons) AS contents
  FROM staging.stg_sales_rejects
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
), new_rows AS (
  SELECT
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    NULL AS reason,
    HASH(
      event_id,
      event_ts,
      order_id,
      quantity,
      total_amount,
      currency,
      points,
      country,
      device,
      source,
      source_version,
      allowed_rules
    ) AS contents
  FROM plan_stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
  UNION ALL
  SELECT
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    reason,
    HASH(reasons) AS contents
  FROM plan_stg_sales_rejects
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
)
SELECT
  COALESCE(o.event_date, n.event_date) AS event_date,
  CASE
    WHEN o.event_date IS NULL
    THEN 'appeared'
    WHEN n.event_date IS NULL
    THEN 'disappeared'
    WHEN o.reason IS NULL AND n.reason IS NULL
    THEN 'other_values'
    WHEN o.reason IS NULL
    THEN 'rejected'
    WHEN n.reason IS NULL
    THEN 'accepted'
    ELSE 'other_reason'
  END AS change,
  o.reason AS reason_before,
  n.reason AS reason_after,
  COALESCE(o.source_filename, n.source_filename) AS source_filename,
  COALESCE(o.source_row_number, n.source_row_number) AS source_row_number,
  COALESCE(o.source_item_number, n.source_item_number) AS source_item_number
FROM old_rows AS o
FULL OUTER JOIN new_rows AS n
  ON n.event_date = o.event_date
  AND n.source_filename = o.source_filename
  AND n.source_row_number = o.source_row_number
  AND n.source_item_number = o.source_item_number
WHERE
  o.event_date IS NULL
  OR n.event_date IS NULL
  OR o.reason IS DISTINCT FROM n.reason
  OR o.contents <> n.contents;
