INSERT INTO parsed_sales (
  event_id,
  event_ts,
  order_id,
  customer_id,
  session_id,
  product_id,
  category,
  quantity,
  unit_price,
  total_amount,
  currency,
  payment_method,
  country,
  device,
  marketing_channel,
  source_filename,
  source_row_number,
  batch_date,
  load_id,
  ingestion_ts,
  is_object,
  event_date
)
WITH current_lines AS (
  SELECT
    r.raw,
    r.source_filename,
    r.source_row_number,
    r.batch_date,
    r.load_id,
    r.ingestion_ts,
    JSON_KEYS(r.raw) AS keys,
    FROM_JSON(
      r.raw,
      '{
                "event_id": "VARCHAR",
                "event_ts": "VARCHAR",
                "order_id": "VARCHAR",
                "customer_id": "VARCHAR",
                "session_id": "VARCHAR",
                "product_id": "VARCHAR",
                "category": "VARCHAR",
                "quantity": "VARCHAR",
                "unit_price": "VARCHAR",
                "total_amount": "VARCHAR",
                "currency": "VARCHAR",
                "payment_method": "VARCHAR",
                "country": "VARCHAR",
                "device": "VARCHAR",
                "marketing_channel": "VARCHAR"
            }'
    ) AS event
  FROM raw.raw_sales AS r
  SEMI JOIN raw.raw_sales_files AS f
    ON f.source_filename = r.source_filename
    AND f.load_id = r.load_id
    AND f.superseded_at IS NULL
  WHERE
    r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
), texts AS (
  SELECT
    *,
    CASE
      WHEN LENGTH(event.event_id) > 15
      AND REGEXP_FULL_MATCH(event.event_id, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
      THEN JSON_TEXT(raw, 'event_id')
      ELSE event.event_id
    END AS event_id_text,
    CASE
      WHEN CONTAINS(event.customer_id, '.') AND LENGTH(event.customer_id) > 15
      THEN JSON_TEXT(raw, 'customer_id')
      ELSE event.customer_id
    END AS customer_id_text,
    CASE
      WHEN CONTAINS(event.product_id, '.') AND LENGTH(event.product_id) > 15
      THEN JSON_TEXT(raw, 'product_id')
      ELSE event.product_id
    END AS product_id_text,
    CASE
      WHEN REGEXP_FULL_MATCH(
        event.event_ts,
        CONCAT(
          '\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])',
          '([Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?',
          '([Zz]|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?'
        )
      )
      AND NOT STARTS_WITH(event.event_ts, '0000')
      THEN REGEXP_REPLACE(REPLACE(UPPER(event.event_ts), ',', '.'), '(\.\d{6})\d+', '\1')
    END AS event_ts_text,
    CASE
      WHEN REGEXP_MATCHES(event.quantity, '\.\d{5}|[eE]|.{16}')
      THEN PLAIN_NUMBER(JSON_TEXT(raw, 'quantity'))
      ELSE event.quantity
    END AS quantity_text,
    CASE
      WHEN REGEXP_MATCHES(event.unit_price, '\.\d{5}|[eE]|.{16}')
      THEN PLAIN_NUMBER(JSON_TEXT(raw, 'unit_price'))
      ELSE event.unit_price
    END AS unit_price_text,
    CASE
      WHEN REGEXP_MATCHES(event.total_amount, '\.\d{5}|[eE]|.{16}')
      THEN PLAIN_NUMBER(JSON_TEXT(raw, 'total_amount'))
      ELSE event.total_amount
    END AS total_amount_text
  FROM current_lines
), typed AS (
  SELECT
    event_id_text AS event_id,
    TRY_CAST(event_ts_text AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS event_ts,
    event.order_id AS order_id,
    CASE
      WHEN REGEXP_FULL_MATCH(customer_id_text, '[+-]?\d+(\.0*)?')
      THEN TRY_CAST(SPLIT_PART(customer_id_text, '.', 1) AS BIGINT)
    END AS customer_id,
    event.session_id AS session_id,
    CASE
      WHEN REGEXP_FULL_MATCH(product_id_text, '[+-]?\d+(\.0*)?')
      THEN TRY_CAST(SPLIT_PART(product_id_text, '.', 1) AS BIGINT)
    END AS product_id,
    event.category AS category,
    CASE
      WHEN REGEXP_FULL_MATCH(quantity_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*')
      THEN TRY_CAST(quantity_text AS DECIMAL(18, 4))
    END AS quantity,
    CASE
      WHEN REGEXP_FULL_MATCH(unit_price_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*')
      THEN TRY_CAST(unit_price_text AS DECIMAL(18, 4))
    END AS unit_price,
    CASE
      WHEN REGEXP_FULL_MATCH(total_amount_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*')
      THEN TRY_CAST(total_amount_text AS DECIMAL(18, 4))
    END AS total_amount,
    event.currency AS currency,
    event.payment_method AS payment_method,
    event.country AS country,
    event.device AS device,
    event.marketing_channel AS marketing_channel,
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    ingestion_ts,
    CASE
      WHEN raw IS NULL
      THEN FALSE
      WHEN LENGTH(keys) = 15
      AND NOT event.event_id IS NULL
      AND NOT event.event_ts IS NULL
      AND NOT event.order_id IS NULL
      AND NOT event.customer_id IS NULL
      AND NOT event.session_id IS NULL
      AND NOT event.product_id IS NULL
      AND NOT event.category IS NULL
      AND NOT event.quantity IS NULL
      AND NOT event.unit_price IS NULL
      AND NOT event.total_amount IS NULL
      AND NOT event.currency IS NULL
      AND NOT event.payment_method IS NULL
      AND NOT event.country IS NULL
      AND NOT event.device IS NULL
      AND NOT event.marketing_channel IS NULL
      THEN TRUE
      ELSE COALESCE(JSON_TYPE(raw) = 'OBJECT' AND LENGTH(LIST_DISTINCT(keys)) = LENGTH(keys), FALSE)
    END AS is_object
  FROM texts
), placed AS (
  SELECT
    *,
    CASE
      WHEN is_object AND CAST(event_ts AS DATE) BETWEEN batch_date - 7 AND batch_date
      THEN CAST(event_ts AS DATE)
      ELSE batch_date
    END AS event_date
  FROM typed
)
SELECT
  event_id,
  event_ts,
  order_id,
  customer_id,
  session_id,
  product_id,
  category,
  quantity,
  unit_price,
  total_amount,
  currency,
  payment_method,
  country,
  device,
  marketing_channel,
  source_filename,
  source_row_number,
  batch_date,
  load_id,
  ingestion_ts,
  is_object,
  event_date
FROM placed
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE);
