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
  quantity_sign,
  unit_price_sign,
  total_amount_sign,
  is_rounded,
  event_date
)
WITH lines AS (
  WITH current_rows AS (
    SELECT
      r.raw,
      r.source_filename,
      r.source_row_number,
      r.batch_date,
      r.load_id,
      r.ingestion_ts,
      CASE
        WHEN (
          STARTS_WITH(r.raw_text, CHR(65279))
          OR CONTAINS(r.raw_text, '\ud')
          OR CONTAINS(r.raw_text, '\uD')
        )
        AND NOT CONTAINS(r.raw_text, CHR(1))
        AND NOT CONTAINS(r.raw_text, CHR(2))
        AND NOT CONTAINS(r.raw_text, CHR(3))
        THEN REPLACE(REPLACE(LTRIM(r.raw_text, CHR(65279)), '\\', CHR(1)), '\u', CHR(2))
      END AS escaped
    FROM raw.raw_sales AS r
    INNER JOIN raw.raw_sales_files AS f
      ON f.source_filename = r.source_filename
      AND f.load_id = r.load_id
      AND f.superseded_at IS NULL
    WHERE
      r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  ), mended AS (
    SELECT
      *,
      REGEXP_REPLACE(
        REGEXP_REPLACE(
          escaped,
          CHR(2) || '([dD][89abAB][0-9a-fA-F][0-9a-fA-F])' || CHR(2) || '([dD][c-fC-F][0-9a-fA-F][0-9a-fA-F])',
          CHR(3) || '\1' || CHR(3) || '\2',
          'g'
        ),
        CHR(2) || '[dD][89a-fA-F][0-9a-fA-F][0-9a-fA-F]',
        CHR(65533),
        'g'
      ) AS text
    FROM current_rows
  )
  SELECT
    CASE
      WHEN text IS NULL
      THEN raw
      ELSE CASE
        WHEN IS_JSON(REPLACE(REPLACE(REPLACE(text, CHR(3), '\u'), CHR(2), '\u'), CHR(1), '\\'))
        THEN CAST(REPLACE(REPLACE(REPLACE(text, CHR(3), '\u'), CHR(2), '\u'), CHR(1), '\\') AS JSON)
      END
    END AS raw,
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    ingestion_ts
  FROM mended
), events AS (
  SELECT
    *,
    JSON_KEYS(raw) AS keys,
    FROM_JSON(
      raw,
      '{"event_id": "VARCHAR", "event_ts": "VARCHAR", "order_id": "VARCHAR", "customer_id": "VARCHAR", "session_id": "VARCHAR", "product_id": "VARCHAR", "category": "VARCHAR", "quantity": "VARCHAR", "unit_price": "VARCHAR", "total_amount": "VARCHAR", "currency": "VARCHAR", "payment_method": "VARCHAR", "country": "VARCHAR", "device": "VARCHAR", "marketing_channel": "VARCHAR"}'
    ) AS event
  FROM lines
), texts AS (
  SELECT
    *,
    (
      CASE
        WHEN LENGTH(event.event_id) > 15
        AND REGEXP_FULL_MATCH(event.event_id, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
        THEN JSON_TEXT(raw, 'event_id')
        WHEN (
          STARTS_WITH(event.event_id, '{')
          OR STARTS_WITH(event.event_id, '[')
          OR event.event_id = 'true'
          OR event.event_id = 'false'
        )
        AND JSON_TYPE(raw, '$."event_id"') <> 'VARCHAR'
        THEN NULL
        ELSE event.event_id
      END
    ) AS event_id_text,
    (
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
      END
    ) AS event_ts_text,
    (
      CASE
        WHEN LENGTH(event.order_id) > 15
        AND REGEXP_FULL_MATCH(event.order_id, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
        THEN JSON_TEXT(raw, 'order_id')
        WHEN (
          STARTS_WITH(event.order_id, '{')
          OR STARTS_WITH(event.order_id, '[')
          OR event.order_id = 'true'
          OR event.order_id = 'false'
        )
        AND JSON_TYPE(raw, '$."order_id"') <> 'VARCHAR'
        THEN NULL
        ELSE event.order_id
      END
    ) AS order_id_text,
    (
      CASE
        WHEN CONTAINS(event.customer_id, '.') AND LENGTH(event.customer_id) > 15
        THEN JSON_TEXT(raw, 'customer_id')
        ELSE event.customer_id
      END
    ) AS customer_id_text,
    (
      CASE
        WHEN LENGTH(event.session_id) > 15
        AND REGEXP_FULL_MATCH(event.session_id, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
        THEN JSON_TEXT(raw, 'session_id')
        WHEN (
          STARTS_WITH(event.session_id, '{')
          OR STARTS_WITH(event.session_id, '[')
          OR event.session_id = 'true'
          OR event.session_id = 'false'
        )
        AND JSON_TYPE(raw, '$."session_id"') <> 'VARCHAR'
        THEN NULL
        ELSE event.session_id
      END
    ) AS session_id_text,
    (
      CASE
        WHEN CONTAINS(event.product_id, '.') AND LENGTH(event.product_id) > 15
        THEN JSON_TEXT(raw, 'product_id')
        ELSE event.product_id
      END
    ) AS product_id_text,
    (
      CASE
        WHEN LENGTH(event.category) > 15
        AND REGEXP_FULL_MATCH(event.category, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
        THEN JSON_TEXT(raw, 'category')
        WHEN (
          STARTS_WITH(event.category, '{')
          OR STARTS_WITH(event.category, '[')
          OR event.category = 'true'
          OR event.category = 'false'
        )
        AND JSON_TYPE(raw, '$."category"') <> 'VARCHAR'
        THEN NULL
        ELSE event.category
      END
    ) AS category_text,
    (
      CASE
        WHEN REGEXP_MATCHES(event.quantity, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
        THEN PLAIN_NUMBER(JSON_TEXT(raw, 'quantity'))
        ELSE event.quantity
      END
    ) AS quantity_text,
    (
      CASE
        WHEN REGEXP_MATCHES(event.unit_price, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
        THEN PLAIN_NUMBER(JSON_TEXT(raw, 'unit_price'))
        ELSE event.unit_price
      END
    ) AS unit_price_text,
    (
      CASE
        WHEN REGEXP_MATCHES(event.total_amount, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
        THEN PLAIN_NUMBER(JSON_TEXT(raw, 'total_amount'))
        ELSE event.total_amount
      END
    ) AS total_amount_text,
    (
      CASE
        WHEN LENGTH(event.currency) > 15
        AND REGEXP_FULL_MATCH(event.currency, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
        THEN JSON_TEXT(raw, 'currency')
        WHEN (
          STARTS_WITH(event.currency, '{')
          OR STARTS_WITH(event.currency, '[')
          OR event.currency = 'true'
          OR event.currency = 'false'
        )
        AND JSON_TYPE(raw, '$."currency"') <> 'VARCHAR'
        THEN NULL
        ELSE event.currency
      END
    ) AS currency_text,
    (
      CASE
        WHEN LENGTH(event.payment_method) > 15
        AND REGEXP_FULL_MATCH(event.payment_method, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
        THEN JSON_TEXT(raw, 'payment_method')
        WHEN (
          STARTS_WITH(event.payment_method, '{')
          OR STARTS_WITH(event.payment_method, '[')
          OR event.payment_method = 'true'
          OR event.payment_method = 'false'
        )
        AND JSON_TYPE(raw, '$."payment_method"') <> 'VARCHAR'
        THEN NULL
        ELSE event.payment_method
      END
    ) AS payment_method_text,
    (
      CASE
        WHEN LENGTH(event.country) > 15
        AND REGEXP_FULL_MATCH(event.country, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
        THEN JSON_TEXT(raw, 'country')
        WHEN (
          STARTS_WITH(event.country, '{')
          OR STARTS_WITH(event.country, '[')
          OR event.country = 'true'
          OR event.country = 'false'
        )
        AND JSON_TYPE(raw, '$."country"') <> 'VARCHAR'
        THEN NULL
        ELSE event.country
      END
    ) AS country_text,
    (
      CASE
        WHEN LENGTH(event.device) > 15
        AND REGEXP_FULL_MATCH(event.device, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
        THEN JSON_TEXT(raw, 'device')
        WHEN (
          STARTS_WITH(event.device, '{')
          OR STARTS_WITH(event.device, '[')
          OR event.device = 'true'
          OR event.device = 'false'
        )
        AND JSON_TYPE(raw, '$."device"') <> 'VARCHAR'
        THEN NULL
        ELSE event.device
      END
    ) AS device_text,
    (
      CASE
        WHEN LENGTH(event.marketing_channel) > 15
        AND REGEXP_FULL_MATCH(event.marketing_channel, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
        THEN JSON_TEXT(raw, 'marketing_channel')
        WHEN (
          STARTS_WITH(event.marketing_channel, '{')
          OR STARTS_WITH(event.marketing_channel, '[')
          OR event.marketing_channel = 'true'
          OR event.marketing_channel = 'false'
        )
        AND JSON_TYPE(raw, '$."marketing_channel"') <> 'VARCHAR'
        THEN NULL
        ELSE event.marketing_channel
      END
    ) AS marketing_channel_text
  FROM events
), typed AS (
  SELECT
    *,
    (
      event_id_text
    ) AS event_id,
    (
      TRY_CAST(event_ts_text AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
    ) AS event_ts,
    (
      order_id_text
    ) AS order_id,
    (
      CASE
        WHEN REGEXP_FULL_MATCH(customer_id_text, '[+-]?\d+(\.0*)?')
        THEN TRY_CAST(SPLIT_PART(customer_id_text, '.', 1) AS BIGINT)
      END
    ) AS customer_id,
    (
      session_id_text
    ) AS session_id,
    (
      CASE
        WHEN REGEXP_FULL_MATCH(product_id_text, '[+-]?\d+(\.0*)?')
        THEN TRY_CAST(SPLIT_PART(product_id_text, '.', 1) AS BIGINT)
      END
    ) AS product_id,
    (
      category_text
    ) AS category,
    (
      CASE
        WHEN REGEXP_FULL_MATCH(quantity_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*')
        THEN TRY_CAST(quantity_text AS DECIMAL(18, 4))
      END
    ) AS quantity,
    (
      CASE
        WHEN REGEXP_FULL_MATCH(unit_price_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*')
        THEN TRY_CAST(unit_price_text AS DECIMAL(18, 4))
      END
    ) AS unit_price,
    (
      CASE
        WHEN REGEXP_FULL_MATCH(total_amount_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*')
        THEN TRY_CAST(total_amount_text AS DECIMAL(18, 4))
      END
    ) AS total_amount,
    (
      currency_text
    ) AS currency,
    (
      payment_method_text
    ) AS payment_method,
    (
      country_text
    ) AS country,
    (
      device_text
    ) AS device,
    (
      marketing_channel_text
    ) AS marketing_channel,
    CASE
      WHEN raw IS NULL
      THEN FALSE
      WHEN CAST(raw AS TEXT) LIKE '%{%{%' AND NAMES_A_KEY_TWICE(raw)
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
    typed.*,
    (
      CASE
        WHEN quantity <> 0
        THEN CAST(SIGN(quantity) AS BIGINT)
        WHEN quantity IS NULL
        THEN NULL
        WHEN NOT REGEXP_MATCHES(quantity_text, '[1-9]')
        THEN 0
        WHEN CONTAINS(quantity_text, '-')
        THEN -1
        ELSE 1
      END
    ) AS quantity_sign,
    (
      CASE
        WHEN unit_price <> 0
        THEN CAST(SIGN(unit_price) AS BIGINT)
        WHEN unit_price IS NULL
        THEN NULL
        WHEN NOT REGEXP_MATCHES(unit_price_text, '[1-9]')
        THEN 0
        WHEN CONTAINS(unit_price_text, '-')
        THEN -1
        ELSE 1
      END
    ) AS unit_price_sign,
    (
      CASE
        WHEN total_amount <> 0
        THEN CAST(SIGN(total_amount) AS BIGINT)
        WHEN total_amount IS NULL
        THEN NULL
        WHEN NOT REGEXP_MATCHES(total_amount_text, '[1-9]')
        THEN 0
        WHEN CONTAINS(total_amount_text, '-')
        THEN -1
        ELSE 1
      END
    ) AS total_amount_sign,
    (
      NOT quantity IS NULL AND REGEXP_MATCHES(quantity_text, '\.\d{4}\d*[1-9]')
    )
    OR (
      NOT unit_price IS NULL AND REGEXP_MATCHES(unit_price_text, '\.\d{4}\d*[1-9]')
    )
    OR (
      NOT total_amount IS NULL AND REGEXP_MATCHES(total_amount_text, '\.\d{4}\d*[1-9]')
    ) AS is_rounded,
    CASE
      WHEN typed.is_object
      AND CAST(typed.event_ts AS DATE) BETWEEN COALESCE(
        judged.earliest_event_date,
        GREATEST(typed.batch_date - 7, CAST('2026-01-05' AS DATE))
      ) AND typed.batch_date
      THEN CAST(typed.event_ts AS DATE)
      ELSE typed.batch_date
    END AS event_date
  FROM typed
  LEFT JOIN staging.sales_quality AS judged
    ON judged.event_date = typed.batch_date
    AND NOT typed.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
)
SELECT
  placed.event_id,
  placed.event_ts,
  placed.order_id,
  placed.customer_id,
  placed.session_id,
  placed.product_id,
  placed.category,
  placed.quantity,
  placed.unit_price,
  placed.total_amount,
  placed.currency,
  placed.payment_method,
  placed.country,
  placed.device,
  placed.marketing_channel,
  placed.source_filename,
  placed.source_row_number,
  placed.batch_date,
  placed.load_id,
  placed.ingestion_ts,
  placed.is_object,
  placed.quantity_sign,
  placed.unit_price_sign,
  placed.total_amount_sign,
  placed.is_rounded,
  placed.event_date
FROM placed
WHERE
  placed.event_date IN (CAST('2026-01-05' AS DATE));
