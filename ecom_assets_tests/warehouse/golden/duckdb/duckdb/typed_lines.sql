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
      '{"event_id": "VARCHAR", "event_ts": "VARCHAR", "quantity": "VARCHAR", "points": "VARCHAR", "country": "VARCHAR", "device": "VARCHAR"}'
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
        WHEN REGEXP_MATCHES(event.quantity, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
        THEN PLAIN_NUMBER(JSON_TEXT(raw, 'quantity'))
        ELSE event.quantity
      END
    ) AS quantity_text,
    (
      CASE
        WHEN CONTAINS(event.points, '.') AND LENGTH(event.points) > 15
        THEN JSON_TEXT(raw, 'points')
        ELSE event.points
      END
    ) AS points_text,
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
    ) AS device_text
  FROM events
)
SELECT
  *,
  (
    event_id_text
  ) AS event_id,
  (
    TRY_CAST(event_ts_text AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
  ) AS event_ts,
  (
    CASE
      WHEN REGEXP_FULL_MATCH(quantity_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*')
      THEN TRY_CAST(quantity_text AS DECIMAL(18, 4))
    END
  ) AS quantity,
  (
    CASE
      WHEN REGEXP_FULL_MATCH(points_text, '[+-]?\d+(\.0*)?')
      THEN TRY_CAST(SPLIT_PART(points_text, '.', 1) AS BIGINT)
    END
  ) AS points,
  (
    country_text
  ) AS country,
  (
    device_text
  ) AS device,
  CASE
    WHEN raw IS NULL
    THEN FALSE
    WHEN CAST(raw AS TEXT) LIKE '%{%{%' AND NAMES_A_KEY_TWICE(raw)
    THEN FALSE
    WHEN LENGTH(keys) = 6
    AND NOT event.event_id IS NULL
    AND NOT event.event_ts IS NULL
    AND NOT event.quantity IS NULL
    AND NOT event.points IS NULL
    AND NOT event.country IS NULL
    AND NOT event.device IS NULL
    THEN TRUE
    ELSE COALESCE(JSON_TYPE(raw) = 'OBJECT' AND LENGTH(LIST_DISTINCT(keys)) = LENGTH(keys), FALSE)
  END AS is_object
FROM texts;
