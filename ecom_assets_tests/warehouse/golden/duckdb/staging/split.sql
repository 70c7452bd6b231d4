INSERT INTO staging.stg_sales_clean (
  event_id,
  event_ts,
  event_date,
  order_id,
  quantity,
  total_amount,
  currency,
  points,
  country,
  device,
  source_filename,
  source_row_number,
  source_item_number,
  source,
  source_version,
  ingestion_ts,
  allowed_rules
)
SELECT
  event_id,
  event_ts,
  event_date,
  order_id,
  quantity,
  total_amount,
  currency,
  points,
  country,
  device,
  source_filename,
  source_row_number,
  source_item_number,
  source,
  source_version,
  ingestion_ts,
  allowed_rules
FROM (
  SELECT
    p.*,
    COALESCE(r.is_replaced, FALSE) AS is_replaced,
    NOT r.source_row_number IS NULL AND NOT r.is_replaced AS is_duplicate
  FROM parsed_sales AS p
  LEFT JOIN duplicate_events AS r
    ON r.event_date = p.event_date
    AND r.source_filename = p.source_filename
    AND r.source_row_number = p.source_row_number
    AND r.source_item_number = p.source_item_number
  WHERE
    p.event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
    AND p.is_sale
) AS judged
WHERE
  NOT (
    (
      COALESCE((
        is_object AND has_items AND quantity_sign <= 0
      ), FALSE)
      AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE)
    )
    OR COALESCE((
      is_object AND has_items AND is_duplicate
    ), FALSE)
  );

INSERT INTO staging.stg_sales_rejects (
  reason,
  reasons,
  raw,
  raw_text,
  event_date,
  source_filename,
  source_row_number,
  source_item_number,
  source,
  ingestion_ts,
  rules_version,
  run_id
)
WITH rejected AS (
  SELECT
    CASE
      WHEN COALESCE((
        is_object AND has_items AND quantity_sign <= 0
      ), FALSE)
      AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE)
      THEN 'Non-positive quantity'
      WHEN COALESCE((
        is_object AND has_items AND is_duplicate
      ), FALSE)
      THEN 'Duplicate event_id'
    END AS reason,
    SUBSTRING(
      CASE
        WHEN COALESCE((
          is_object AND has_items AND quantity_sign <= 0
        ), FALSE)
        AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE)
        THEN '; Non-positive quantity'
        ELSE ''
      END || CASE
        WHEN COALESCE((
          is_object AND has_items AND is_duplicate
        ), FALSE)
        THEN '; Duplicate event_id'
        ELSE ''
      END,
      3
    ) AS reasons,
    is_object
    AND COALESCE(
      absent_fields = ';event_id;event_ts;order_id;quantity;total_amount;currency;points;country;device;',
      FALSE
    ) AS has_no_field,
    event_date,
    batch_date,
    source_filename,
    source_row_number,
    source_item_number,
    source,
    load_id
  FROM (
    SELECT
      p.*,
      COALESCE(r.is_replaced, FALSE) AS is_replaced,
      NOT r.source_row_number IS NULL AND NOT r.is_replaced AS is_duplicate
    FROM parsed_sales AS p
    LEFT JOIN duplicate_events AS r
      ON r.event_date = p.event_date
      AND r.source_filename = p.source_filename
      AND r.source_row_number = p.source_row_number
      AND r.source_item_number = p.source_item_number
    WHERE
      p.event_date IN (
        SELECT
          days.event_date
        FROM (
          SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
        ) AS days
      )
      AND p.is_sale
  ) AS judged
  WHERE
    (
      (
        COALESCE((
          is_object AND has_items AND quantity_sign <= 0
        ), FALSE)
        AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE)
      )
      OR COALESCE((
        is_object AND has_items AND is_duplicate
      ), FALSE)
    )
)
SELECT
  j.reason,
  CASE
    WHEN j.has_no_field
    THEN j.reasons || '; No known field has a value' || COALESCE(
      ', found: ' || NULLIF(
        SUBSTRING(
          REPLACE(
            (
              ARRAY_TO_STRING(LIST_SLICE(LIST_SORT(JSON_KEYS(r.raw)), 1, 20), ', ')
            ),
            ';',
            ','
          ),
          CASE WHEN 1 = 0 THEN 1 ELSE 1 END,
          CASE WHEN 500 < 0 THEN 0 ELSE 500 END
        ),
        ''
      ),
      ''
    )
    ELSE j.reasons
  END AS reasons,
  r.raw,
  r.raw_text,
  j.event_date,
  j.source_filename,
  j.source_row_number,
  j.source_item_number,
  j.source,
  r.ingestion_ts,
  '08def45a6aac' AS rules_version,
  'it''s' AS run_id
FROM rejected AS j
INNER JOIN raw.raw_sales AS r
  ON r.load_id = j.load_id
  AND r.source_filename = j.source_filename
  AND r.source_row_number = j.source_row_number
WHERE
  r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE);
