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
WITH texts AS (
  SELECT
    r.source_filename,
    r.source_row_number,
    r.batch_date,
    r.load_id,
    r.ingestion_ts,
    CAST(GET_PATH(r.raw, 'event_id') AS VARCHAR) AS event_id,
    UPPER(REPLACE(CAST(GET_PATH(r.raw, 'event_ts') AS VARCHAR), ',', '.')) AS event_ts,
    CAST(GET_PATH(r.raw, 'order_id') AS VARCHAR) AS order_id,
    CAST(GET_PATH(r.raw, 'customer_id') AS VARCHAR) AS customer_id,
    CAST(GET_PATH(r.raw, 'session_id') AS VARCHAR) AS session_id,
    CAST(GET_PATH(r.raw, 'product_id') AS VARCHAR) AS product_id,
    CAST(GET_PATH(r.raw, 'category') AS VARCHAR) AS category,
    CAST(GET_PATH(r.raw, 'quantity') AS VARCHAR) AS quantity,
    CAST(GET_PATH(r.raw, 'unit_price') AS VARCHAR) AS unit_price,
    CAST(GET_PATH(r.raw, 'total_amount') AS VARCHAR) AS total_amount,
    CAST(GET_PATH(r.raw, 'currency') AS VARCHAR) AS currency,
    CAST(GET_PATH(r.raw, 'payment_method') AS VARCHAR) AS payment_method,
    CAST(GET_PATH(r.raw, 'country') AS VARCHAR) AS country,
    CAST(GET_PATH(r.raw, 'device') AS VARCHAR) AS device,
    CAST(GET_PATH(r.raw, 'marketing_channel') AS VARCHAR) AS marketing_channel,
    COALESCE(IS_OBJECT(r.raw), FALSE) AS is_object
  FROM raw.raw_sales AS r
  INNER JOIN raw.raw_sales_files AS f
    ON f.source_filename = r.source_filename
    AND f.load_id = r.load_id
    AND f.superseded_at IS NULL
  WHERE
    r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
), moments AS (
  SELECT
    *,
    CASE
      WHEN REGEXP_LIKE(
        event_ts,
        '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
      )
      AND NOT STARTSWITH(event_ts, '0000')
      THEN LEFT(event_ts, 10)
    END AS day_text,
    COALESCE(REGEXP_SUBSTR(SUBSTRING(event_ts, 12), '^[0-9:.]+'), '') AS clock
  FROM texts
), offsets AS (
  SELECT
    *,
    SUBSTRING(event_ts, 12 + LENGTH(clock)) AS offset_text,
    IFF(clock = '', '00:00:00', LEFT(RPAD(clock, 8, ':00:00'), 8) || SUBSTRING(clock, 9, 7)) AS clock_text
  FROM moments
), typed AS (
  SELECT
    event_id,
    DATEADD(
      MINUTE,
      CASE
        WHEN day_text IS NULL OR LENGTH(offset_text) < 3
        THEN 0
        ELSE IFF(LEFT(offset_text, 1) = '-', 1, -1) * (
          60 * COALESCE(TRY_CAST(SUBSTRING(offset_text, 2, 2) AS DECIMAL(4, 0)), 0) + IFF(
            LENGTH(offset_text) > 3,
            COALESCE(TRY_CAST(RIGHT(offset_text, 2) AS DECIMAL(4, 0)), 0),
            0
          )
        )
      END,
      TRY_CAST(day_text || ' ' || clock_text AS TIMESTAMPNTZ)
    ) AS event_ts,
    order_id,
    CASE
      WHEN REGEXP_LIKE(customer_id, '[+-]?\\d+(\\.0*)?')
      THEN TRY_CAST(SPLIT_PART(customer_id, '.', 1) AS DECIMAL(38, 0))
    END AS customer_id,
    session_id,
    CASE
      WHEN REGEXP_LIKE(product_id, '[+-]?\\d+(\\.0*)?')
      THEN TRY_CAST(SPLIT_PART(product_id, '.', 1) AS DECIMAL(38, 0))
    END AS product_id,
    category,
    CASE
      WHEN REGEXP_LIKE(quantity, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*')
      THEN TRY_TO_NUMBER(TRIM(quantity, 'it\'s'), 18, 4)
    END AS quantity,
    CASE
      WHEN REGEXP_LIKE(unit_price, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*')
      THEN TRY_TO_NUMBER(TRIM(unit_price, 'it\'s'), 18, 4)
    END AS unit_price,
    CASE
      WHEN REGEXP_LIKE(total_amount, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?\\s*')
      THEN TRY_TO_NUMBER(TRIM(total_amount, 'it\'s'), 18, 4)
    END AS total_amount,
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
    is_object
  FROM offsets
), fitted AS (
  SELECT
    *
    EXCLUDE (customer_id, product_id),
    IFF(customer_id BETWEEN -9223372036854775808 AND 9223372036854775807, customer_id, NULL) AS customer_id,
    IFF(product_id BETWEEN -9223372036854775808 AND 9223372036854775807, product_id, NULL) AS product_id
  FROM typed
), placed AS (
  SELECT
    *,
    CASE
      WHEN is_object
      AND CAST(event_ts AS DATE) BETWEEN DATEADD(DAY, -7, batch_date) AND batch_date
      THEN CAST(event_ts AS DATE)
      ELSE batch_date
    END AS event_date
  FROM fitted
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
