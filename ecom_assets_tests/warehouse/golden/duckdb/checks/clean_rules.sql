WITH current_lines AS (
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
), others AS (
  SELECT
    source_filename,
    source_row_number,
    ingestion_ts,
    COALESCE(
      CASE WHEN STARTS_WITH(raw, '{') THEN TRUE ELSE JSON_TYPE(raw) = 'OBJECT' END,
      FALSE
    ) AS is_object
  FROM current_lines
  WHERE
    NOT COALESCE(
      CASE WHEN STARTS_WITH(raw, '{') THEN TRUE ELSE JSON_TYPE(raw) = 'OBJECT' END,
      FALSE
    )
    OR NOT TRUE
), repeated AS (
  SELECT
    event_date,
    event_id
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  GROUP BY
    event_date,
    event_id
  HAVING
    COUNT(*) > 1
), versions AS (
  SELECT
    event_date,
    source,
    event_id AS version_key,
    MAX(source_version) AS latest_version
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND (
      FALSE
    )
  GROUP BY
    event_date,
    source,
    event_id
  HAVING
    MAX(source_version) > MIN(COALESCE(source_version, -1))
), lines_with_zeros AS (
  SELECT
    *
  FROM current_lines
  WHERE
    (source_filename, source_row_number) IN (
      SELECT
        c.source_filename,
        c.source_row_number
      FROM staging.stg_sales_clean AS c
      WHERE
        c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
        AND (
          c.quantity = 0 OR c.total_amount = 0
        )
    )
), zeros AS (
  WITH events AS (
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
    ), read AS (
      SELECT
        *,
        JSON_KEYS(raw) AS keys,
        FROM_JSON(
          raw,
          '{"event_id": "VARCHAR", "event_ts": "VARCHAR", "order_id": "VARCHAR", "quantity": "VARCHAR", "total_amount": "VARCHAR", "currency": "VARCHAR", "points": "VARCHAR", "country": "VARCHAR", "device": "VARCHAR"}'
        ) AS event
      FROM lines
      WHERE
        (
          TRUE
        )
    ), judged AS (
      SELECT
        *,
        CASE
          WHEN raw IS NULL
          THEN FALSE
          WHEN CAST(raw AS TEXT) LIKE '%{%{%'
          AND LENGTH(
            LIST_FILTER(JSON_KEYS(raw, '$.**'), LAMBDA k : LENGTH(k) > 1 AND LIST_UNIQUE(k) <> LENGTH(k))
          ) > 0
          THEN FALSE
          WHEN LENGTH(keys) = 9
          AND NOT event.event_id IS NULL
          AND NOT event.event_ts IS NULL
          AND NOT event.order_id IS NULL
          AND NOT event.quantity IS NULL
          AND NOT event.total_amount IS NULL
          AND NOT event.currency IS NULL
          AND NOT event.points IS NULL
          AND NOT event.country IS NULL
          AND NOT event.device IS NULL
          THEN TRUE
          ELSE COALESCE(JSON_TYPE(raw) = 'OBJECT' AND LENGTH(LIST_DISTINCT(keys)) = LENGTH(keys), FALSE)
        END AS is_object
      FROM read
    )
    SELECT
      *,
      NOT is_object OR (
        TRUE
      ) AS is_sale,
      CAST(NULL AS DECIMAL(24, 6)) AS source_version,
      CAST(NULL AS DECIMAL(19, 8)) AS order_stated,
      CAST(NULL AS DECIMAL(19, 8)) AS order_further
    FROM judged
  ), sales AS (
    SELECT
      *,
      1 AS source_item_number,
      TRUE AS has_items
    FROM events
  ), texts AS (
    SELECT
      *,
      (
        CASE
          WHEN event.event_id < ':'
          AND REGEXP_FULL_MATCH(event.event_id, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
          THEN NULLIF(JSON_TEXT(raw, '["event_id"]', 0), '')
          WHEN event.event_id >= '['
          AND (
            STARTS_WITH(event.event_id, '{')
            OR STARTS_WITH(event.event_id, '[')
            OR event.event_id = 'true'
            OR event.event_id = 'false'
          )
          THEN NULLIF(JSON_TEXT(raw, '["event_id"]', 0), '')
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
          AND LEFT(event.event_ts, 10) BETWEEN '0001-01-03' AND '9999-12-29'
          THEN REGEXP_REPLACE(REPLACE(UPPER(event.event_ts), ',', '.'), '(\.\d{6})\d+', '\1')
        END
      ) AS event_ts_text,
      (
        CASE
          WHEN event.order_id < ':'
          AND REGEXP_FULL_MATCH(event.order_id, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
          THEN NULLIF(JSON_TEXT(raw, '["order_id"]', 0), '')
          WHEN event.order_id >= '['
          AND (
            STARTS_WITH(event.order_id, '{')
            OR STARTS_WITH(event.order_id, '[')
            OR event.order_id = 'true'
            OR event.order_id = 'false'
          )
          THEN NULLIF(JSON_TEXT(raw, '["order_id"]', 0), '')
          ELSE event.order_id
        END
      ) AS order_id_text,
      (
        CASE
          WHEN REGEXP_MATCHES(event.quantity, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
          THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["quantity"]', 0))
          ELSE event.quantity
        END
      ) AS quantity_text,
      (
        CASE
          WHEN REGEXP_MATCHES(event.total_amount, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
          THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["total_amount"]', 0))
          ELSE event.total_amount
        END
      ) AS total_amount_text,
      (
        CASE
          WHEN event.currency < ':'
          AND REGEXP_FULL_MATCH(event.currency, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
          THEN NULLIF(JSON_TEXT(raw, '["currency"]', 0), '')
          WHEN event.currency >= '['
          AND (
            STARTS_WITH(event.currency, '{')
            OR STARTS_WITH(event.currency, '[')
            OR event.currency = 'true'
            OR event.currency = 'false'
          )
          THEN NULLIF(JSON_TEXT(raw, '["currency"]', 0), '')
          ELSE event.currency
        END
      ) AS currency_text,
      (
        CASE
          WHEN REGEXP_MATCHES(event.points, '[.eE]') AND LENGTH(event.points) > 15
          THEN JSON_NUMBER(raw, '["points"]', 0)
          ELSE event.points
        END
      ) AS points_text,
      (
        CASE
          WHEN event.country < ':'
          AND REGEXP_FULL_MATCH(event.country, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
          THEN NULLIF(JSON_TEXT(raw, '["country"]', 0), '')
          WHEN event.country >= '['
          AND (
            STARTS_WITH(event.country, '{')
            OR STARTS_WITH(event.country, '[')
            OR event.country = 'true'
            OR event.country = 'false'
          )
          THEN NULLIF(JSON_TEXT(raw, '["country"]', 0), '')
          ELSE event.country
        END
      ) AS country_text,
      (
        CASE
          WHEN event.device < ':'
          AND REGEXP_FULL_MATCH(event.device, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
          THEN NULLIF(JSON_TEXT(raw, '["device"]', 0), '')
          WHEN event.device >= '['
          AND (
            STARTS_WITH(event.device, '{')
            OR STARTS_WITH(event.device, '[')
            OR event.device = 'true'
            OR event.device = 'false'
          )
          THEN NULLIF(JSON_TEXT(raw, '["device"]', 0), '')
          ELSE event.device
        END
      ) AS device_text
    FROM sales
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
          WHEN REGEXP_FULL_MATCH(quantity_text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*')
          THEN TRY_CAST(quantity_text AS DECIMAL(18, 4))
        END
      ) AS quantity,
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
      ) AS device
    FROM texts
  )
  SELECT
    event_id,
    event_ts,
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
    'it''s' AS source,
    source_version,
    batch_date,
    load_id,
    ingestion_ts,
    is_object,
    is_sale,
    has_items,
    order_stated,
    order_further,
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
      CASE
        WHEN (
          event.event_id IS NULL
        )
        OR (
          event.event_ts IS NULL
        )
        OR (
          event.order_id IS NULL
        )
        OR (
          event.quantity IS NULL
        )
        OR (
          event.total_amount IS NULL
        )
        OR (
          event.currency IS NULL
        )
        OR (
          event.points IS NULL
        )
        OR (
          event.country IS NULL
        )
        OR (
          event.device IS NULL
        )
        THEN CASE WHEN (
          event.event_id IS NULL
        ) THEN ';event_id' ELSE '' END || CASE WHEN (
          event.event_ts IS NULL
        ) THEN ';event_ts' ELSE '' END || CASE WHEN (
          event.order_id IS NULL
        ) THEN ';order_id' ELSE '' END || CASE WHEN (
          event.quantity IS NULL
        ) THEN ';quantity' ELSE '' END || CASE WHEN (
          event.total_amount IS NULL
        ) THEN ';total_amount' ELSE '' END || CASE WHEN (
          event.currency IS NULL
        ) THEN ';currency' ELSE '' END || CASE WHEN (
          event.points IS NULL
        ) THEN ';points' ELSE '' END || CASE WHEN (
          event.country IS NULL
        ) THEN ';country' ELSE '' END || CASE WHEN (
          event.device IS NULL
        ) THEN ';device' ELSE '' END || ';'
      END
    ) AS absent_fields,
    (
      CASE
        WHEN (
          event_id IS NULL AND NOT (
            event.event_id IS NULL
          )
        )
        OR (
          event_ts IS NULL AND NOT (
            event.event_ts IS NULL
          )
        )
        OR (
          order_id IS NULL AND NOT (
            event.order_id IS NULL
          )
        )
        OR (
          quantity IS NULL AND NOT (
            event.quantity IS NULL
          )
        )
        OR (
          total_amount IS NULL AND NOT (
            event.total_amount IS NULL
          )
        )
        OR (
          currency IS NULL AND NOT (
            event.currency IS NULL
          )
        )
        OR (
          points IS NULL AND NOT (
            event.points IS NULL
          )
        )
        OR (
          country IS NULL AND NOT (
            event.country IS NULL
          )
        )
        OR (
          device IS NULL AND NOT (
            event.device IS NULL
          )
        )
        THEN CASE
          WHEN event_id IS NULL AND NOT (
            event.event_id IS NULL
          )
          THEN ';event_id'
          ELSE ''
        END || CASE
          WHEN event_ts IS NULL AND NOT (
            event.event_ts IS NULL
          )
          THEN ';event_ts'
          ELSE ''
        END || CASE
          WHEN order_id IS NULL AND NOT (
            event.order_id IS NULL
          )
          THEN ';order_id'
          ELSE ''
        END || CASE
          WHEN quantity IS NULL AND NOT (
            event.quantity IS NULL
          )
          THEN ';quantity'
          ELSE ''
        END || CASE
          WHEN total_amount IS NULL AND NOT (
            event.total_amount IS NULL
          )
          THEN ';total_amount'
          ELSE ''
        END || CASE
          WHEN currency IS NULL AND NOT (
            event.currency IS NULL
          )
          THEN ';currency'
          ELSE ''
        END || CASE
          WHEN points IS NULL AND NOT (
            event.points IS NULL
          )
          THEN ';points'
          ELSE ''
        END || CASE
          WHEN country IS NULL AND NOT (
            event.country IS NULL
          )
          THEN ';country'
          ELSE ''
        END || CASE
          WHEN device IS NULL AND NOT (
            event.device IS NULL
          )
          THEN ';device'
          ELSE ''
        END || ';'
      END
    ) AS unfit_fields,
    (
      CASE
        WHEN (
          NOT quantity IS NULL AND REGEXP_MATCHES(quantity_text, '\.\d{4}\d*[1-9]')
        )
        OR (
          NOT total_amount IS NULL AND REGEXP_MATCHES(total_amount_text, '\.\d{4}\d*[1-9]')
        )
        THEN CASE
          WHEN (
            NOT quantity IS NULL AND REGEXP_MATCHES(quantity_text, '\.\d{4}\d*[1-9]')
          )
          THEN ';quantity'
          ELSE ''
        END || CASE
          WHEN (
            NOT total_amount IS NULL AND REGEXP_MATCHES(total_amount_text, '\.\d{4}\d*[1-9]')
          )
          THEN ';total_amount'
          ELSE ''
        END || ';'
      END
    ) AS rounded_fields
  FROM typed
), tested AS (
  SELECT
    c.*,
    COALESCE(o.is_object, TRUE) AS is_object,
    o.source_row_number IS NULL OR NOT o.is_object AS has_items,
    NOT v.version_key IS NULL AS is_replaced,
    NOT r.event_id IS NULL AS is_duplicate,
    CASE
      WHEN c.quantity <> 0
      THEN SIGN(c.quantity)
      WHEN c.quantity = 0
      THEN CASE
        WHEN z.quantity = 0
        THEN z.quantity_sign
        WHEN NOT z.source_row_number IS NULL
        THEN 0
      END
    END AS quantity_sign,
    CASE
      WHEN c.total_amount <> 0
      THEN SIGN(c.total_amount)
      WHEN c.total_amount = 0
      THEN CASE
        WHEN z.total_amount = 0
        THEN z.total_amount_sign
        WHEN NOT z.source_row_number IS NULL
        THEN 0
      END
    END AS total_amount_sign
  FROM staging.stg_sales_clean AS c
  LEFT JOIN others AS o
    ON o.source_filename = c.source_filename
    AND o.source_row_number = c.source_row_number
    AND o.ingestion_ts = c.ingestion_ts
  LEFT JOIN repeated AS r
    ON r.event_id = c.event_id AND r.event_date = c.event_date
  LEFT JOIN versions AS v
    ON v.event_date = c.event_date
    AND v.source = c.source
    AND v.version_key = c.event_id
    AND v.latest_version > COALESCE(c.source_version, -1)
  LEFT JOIN zeros AS z
    ON z.source_filename = c.source_filename
    AND z.source_row_number = c.source_row_number
    AND z.source_item_number = c.source_item_number
    AND z.ingestion_ts = c.ingestion_ts
  WHERE
    c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
)
SELECT
  event_date,
  COUNT(*) AS row_count,
  COUNT_IF(
    (
      COALESCE((
        is_object AND has_items AND quantity_sign <= 0
      ), FALSE)
      AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE)
    ) IS TRUE
  ) AS quantity_positive,
  MIN(
    CASE
      WHEN COALESCE((
        is_object AND has_items AND quantity_sign <= 0
      ), FALSE)
      AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || CASE
        WHEN source_item_number > 1
        THEN ' item ' || CAST(source_item_number AS TEXT)
        ELSE ''
      END || ': ' || COALESCE(CAST(quantity AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS quantity_positive_sample,
  COUNT_IF(
    (
      COALESCE((
        is_object AND has_items AND NOT currency IN ('EUR')
      ), FALSE)
    ) IS TRUE
  ) AS currency_known,
  MIN(
    CASE
      WHEN COALESCE((
        is_object AND has_items AND NOT currency IN ('EUR')
      ), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || CASE
        WHEN source_item_number > 1
        THEN ' item ' || CAST(source_item_number AS TEXT)
        ELSE ''
      END || ': ' || COALESCE(CAST(currency AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS currency_known_sample,
  COUNT_IF(
    (
      COALESCE((
        is_object AND has_items AND is_duplicate
      ), FALSE)
    ) IS TRUE
  ) AS event_id_unique,
  MIN(
    CASE
      WHEN COALESCE((
        is_object AND has_items AND is_duplicate
      ), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || CASE
        WHEN source_item_number > 1
        THEN ' item ' || CAST(source_item_number AS TEXT)
        ELSE ''
      END || ': ' || COALESCE(CAST(event_id AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS event_id_unique_sample
FROM tested
GROUP BY
  event_date
ORDER BY
  event_date;
