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
    OR NOT (
      CASE
        WHEN (
          SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
        )
        THEN (
          COALESCE(JSON_ARRAY_LENGTH(raw, '$."order"."items"') > 0, FALSE)
        )
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
        )
        THEN TRUE
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          AND TRUE
        )
        THEN TRUE
      END
    )
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
    (
      CASE
        WHEN (
          SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
        )
        THEN order_id
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
        )
        THEN event_id
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          AND TRUE
        )
        THEN event_id
      END
    ) AS version_key,
    MAX(source_version) AS latest_version
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND (
      source IN ('orders')
    )
  GROUP BY
    event_date,
    source,
    (
      CASE
        WHEN (
          SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
        )
        THEN order_id
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
        )
        THEN event_id
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          AND TRUE
        )
        THEN event_id
      END
    )
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
  (
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
            '{"order": {"items": [{"qty": "VARCHAR", "price": "VARCHAR", "discounts": [{"amount": "VARCHAR"}], "points": "VARCHAR", "country": "VARCHAR"}], "id": "VARCHAR", "at": "VARCHAR", "the country": "VARCHAR", "total": "VARCHAR", "tax": "VARCHAR"}, "params": [{"value": "VARCHAR", "key": "VARCHAR"}], "type": "VARCHAR", "test": "VARCHAR", "updated": "VARCHAR"}'
          ) AS event
        FROM lines
        WHERE
          (
            SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
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
            WHEN LENGTH(keys) = 9 AND FALSE
            THEN TRUE
            ELSE COALESCE(JSON_TYPE(raw) = 'OBJECT' AND LENGTH(LIST_DISTINCT(keys)) = LENGTH(keys), FALSE)
          END AS is_object
        FROM read
      )
      SELECT
        *,
        NOT is_object
        OR (
          COALESCE(CAST(event.type AS TEXT) IN ('order', 'sale'), FALSE)
          AND COALESCE(NOT CAST(event.test AS TEXT) IN ('true'), TRUE)
        ) AS is_sale,
        (
          CASE
            WHEN REGEXP_FULL_MATCH(
              (
                CASE
                  WHEN event.updated < ':'
                  AND REGEXP_FULL_MATCH(event.updated, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
                  THEN NULLIF(JSON_TEXT(raw, '["updated"]', 0), '')
                  WHEN event.updated >= '['
                  AND (
                    STARTS_WITH(event.updated, '{')
                    OR STARTS_WITH(event.updated, '[')
                    OR event.updated = 'true'
                    OR event.updated = 'false'
                  )
                  THEN NULLIF(JSON_TEXT(raw, '["updated"]', 0), '')
                  ELSE event.updated
                END
              ),
              '\d{1,18}(\.\d+)?'
            )
            THEN TRY_CAST((
              CASE
                WHEN event.updated < ':'
                AND REGEXP_FULL_MATCH(event.updated, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
                THEN NULLIF(JSON_TEXT(raw, '["updated"]', 0), '')
                WHEN event.updated >= '['
                AND (
                  STARTS_WITH(event.updated, '{')
                  OR STARTS_WITH(event.updated, '[')
                  OR event.updated = 'true'
                  OR event.updated = 'false'
                )
                THEN NULLIF(JSON_TEXT(raw, '["updated"]', 0), '')
                ELSE event.updated
              END
            ) AS DECIMAL(24, 6))
            ELSE CAST(EPOCH_US(
              (
                TRY_CAST((
                  CASE
                    WHEN REGEXP_FULL_MATCH(
                      (
                        REGEXP_REPLACE(event.updated, ' UTC$', 'Z')
                      ),
                      CONCAT(
                        '\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])',
                        '([Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?',
                        '([Zz]|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?'
                      )
                    )
                    AND LEFT((
                      REGEXP_REPLACE(event.updated, ' UTC$', 'Z')
                    ), 10) BETWEEN '0001-01-03' AND '9999-12-29'
                    THEN REGEXP_REPLACE(
                      REPLACE(UPPER((
                        REGEXP_REPLACE(event.updated, ' UTC$', 'Z')
                      )), ',', '.'),
                      '(\.\d{6})\d+',
                      '\1'
                    )
                  END
                ) AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
              )
            ) AS DECIMAL(24, 6))
          END
        ) AS source_version,
        (
          CASE
            WHEN REGEXP_FULL_MATCH(
              (
                CASE
                  WHEN REGEXP_MATCHES(event."order".total, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                  THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["order", "total"]', 0))
                  ELSE event."order".total
                END
              ),
              '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*'
            )
            THEN TRY_CAST((
              CASE
                WHEN REGEXP_MATCHES(event."order".total, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["order", "total"]', 0))
                ELSE event."order".total
              END
            ) AS DECIMAL(19, 8))
          END
        ) AS order_stated,
        (
          TRY_CAST((
            CASE
              WHEN REGEXP_FULL_MATCH(
                (
                  CASE
                    WHEN REGEXP_MATCHES(event."order".tax, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                    THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["order", "tax"]', 0))
                    ELSE event."order".tax
                  END
                ),
                '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*'
              )
              THEN TRY_CAST((
                CASE
                  WHEN REGEXP_MATCHES(event."order".tax, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                  THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["order", "tax"]', 0))
                  ELSE event."order".tax
                END
              ) AS DECIMAL(19, 8))
            END
          ) AS DECIMAL(19, 8))
        ) AS order_further,
        (
          CASE
            WHEN REGEXP_FULL_MATCH(
              (
                REGEXP_REPLACE(event."order".at, ' UTC$', 'Z')
              ),
              CONCAT(
                '\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])',
                '([Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?',
                '([Zz]|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?'
              )
            )
            AND LEFT((
              REGEXP_REPLACE(event."order".at, ' UTC$', 'Z')
            ), 10) BETWEEN '0001-01-03' AND '9999-12-29'
            THEN REGEXP_REPLACE(
              REPLACE(UPPER((
                REGEXP_REPLACE(event."order".at, ' UTC$', 'Z')
              )), ',', '.'),
              '(\.\d{6})\d+',
              '\1'
            )
          END
        ) AS event_ts_text,
        (
          CASE
            WHEN event."order".id < ':'
            AND REGEXP_FULL_MATCH(event."order".id, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
            THEN NULLIF(JSON_TEXT(raw, '["order", "id"]', 0), '')
            WHEN event."order".id >= '['
            AND (
              STARTS_WITH(event."order".id, '{')
              OR STARTS_WITH(event."order".id, '[')
              OR event."order".id = 'true'
              OR event."order".id = 'false'
            )
            THEN NULLIF(JSON_TEXT(raw, '["order", "id"]', 0), '')
            ELSE event."order".id
          END
        ) AS order_id_text,
        (
          CASE
            WHEN (
              LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
            ).value < ':'
            AND REGEXP_FULL_MATCH(
              (
                LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
              ).value,
              '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)'
            )
            THEN NULLIF(JSON_TEXT(raw, '["params", {"key": "currency"}, "value"]', 0), '')
            WHEN (
              LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
            ).value >= '['
            AND (
              STARTS_WITH(
                (
                  LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
                ).value,
                '{'
              )
              OR STARTS_WITH(
                (
                  LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
                ).value,
                '['
              )
              OR (
                LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
              ).value = 'true'
              OR (
                LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
              ).value = 'false'
            )
            THEN NULLIF(JSON_TEXT(raw, '["params", {"key": "currency"}, "value"]', 0), '')
            ELSE (
              LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
            ).value
          END
        ) AS currency_text,
        'web' AS device_text
      FROM judged
    ), sales AS (
      WITH numbered AS (
        SELECT
          *,
          NOT is_object OR NOT is_sale OR COALESCE(LENGTH(event."order".items) > 0, FALSE) AS has_items,
          UNNEST(
            GENERATE_SERIES(
              1,
              CASE
                WHEN is_object AND is_sale
                THEN GREATEST(COALESCE(LENGTH(event."order".items), 1), 1)
                ELSE 1
              END
            )
          ) AS source_item_number
        FROM events
      )
      SELECT
        *,
        CASE
          WHEN is_object AND is_sale
          THEN LIST_EXTRACT(event."order".items, source_item_number)
        END AS item
      FROM numbered
    ), texts AS (
      SELECT
        *,
        'shop' || '-' || (
          CASE
            WHEN event."order".id < ':'
            AND REGEXP_FULL_MATCH(event."order".id, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
            THEN NULLIF(JSON_TEXT(raw, '["order", "id"]', 0), '')
            WHEN event."order".id >= '['
            AND (
              STARTS_WITH(event."order".id, '{')
              OR STARTS_WITH(event."order".id, '[')
              OR event."order".id = 'true'
              OR event."order".id = 'false'
            )
            THEN NULLIF(JSON_TEXT(raw, '["order", "id"]', 0), '')
            ELSE event."order".id
          END
        ) || '-' || CAST(source_item_number AS TEXT) AS event_id_text,
        (
          CASE
            WHEN NOT (
              item.qty IS NULL
            )
            THEN (
              CASE
                WHEN REGEXP_MATCHES(item.qty, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["order", "items", null, "qty"]', source_item_number))
                ELSE item.qty
              END
            )
            WHEN NOT FALSE
            THEN '1'
          END
        ) AS quantity_text,
        CAST((
          TRY_CAST((
            TRY_CAST((
              CASE
                WHEN REGEXP_FULL_MATCH(
                  (
                    CASE
                      WHEN REGEXP_MATCHES(item.price, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                      THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["order", "items", null, "price"]', source_item_number))
                      ELSE item.price
                    END
                  ),
                  '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*'
                )
                THEN TRY_CAST((
                  CASE
                    WHEN REGEXP_MATCHES(item.price, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                    THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["order", "items", null, "price"]', source_item_number))
                    ELSE item.price
                  END
                ) AS DECIMAL(19, 8))
              END
            ) * (
              CASE
                WHEN REGEXP_FULL_MATCH(
                  (
                    CASE
                      WHEN REGEXP_MATCHES(item.qty, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                      THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["order", "items", null, "qty"]', source_item_number))
                      ELSE item.qty
                    END
                  ),
                  '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*'
                )
                THEN TRY_CAST((
                  CASE
                    WHEN REGEXP_MATCHES(item.qty, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                    THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["order", "items", null, "qty"]', source_item_number))
                    ELSE item.qty
                  END
                ) AS DECIMAL(19, 8))
              END
            ) AS DECIMAL(19, 8))
          ) - (
            TRY_CAST((
              CASE
                WHEN NOT item.discounts IS NULL
                THEN LIST_REDUCE(
                  LIST_TRANSFORM(
                    item.discounts,
                    LAMBDA e, i : CAST((
                      CASE
                        WHEN REGEXP_FULL_MATCH(
                          (
                            CASE
                              WHEN REGEXP_MATCHES(e.amount, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                              THEN PLAIN_NUMBER(
                                JSON_NUMBER(
                                  raw,
                                  (
                                    '["order", "items", null, "discounts", ' || CAST(i - 1 AS TEXT) || ', "amount"]'
                                  ),
                                  source_item_number
                                )
                              )
                              ELSE e.amount
                            END
                          ),
                          '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*'
                        )
                        THEN TRY_CAST((
                          CASE
                            WHEN REGEXP_MATCHES(e.amount, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                            THEN PLAIN_NUMBER(
                              JSON_NUMBER(
                                raw,
                                (
                                  '["order", "items", null, "discounts", ' || CAST(i - 1 AS TEXT) || ', "amount"]'
                                ),
                                source_item_number
                              )
                            )
                            ELSE e.amount
                          END
                        ) AS DECIMAL(19, 8))
                      END
                    ) AS DECIMAL(38, 8))
                  ),
                  LAMBDA a, b : a + b,
                  CAST(0 AS DECIMAL(38, 8))
                )
                WHEN COALESCE(
                  JSON_TYPE(
                    raw,
                    (
                      '$."order"."items"[' || CAST(source_item_number - 1 AS TEXT) || ']."discounts"'
                    )
                  ),
                  'NULL'
                ) = 'NULL'
                THEN 0
              END
            ) AS DECIMAL(19, 8))
          ) AS DECIMAL(19, 8))
        ) AS TEXT) AS total_amount_text,
        (
          CASE
            WHEN REGEXP_MATCHES(item.points, '[.eE]') AND LENGTH(item.points) > 15
            THEN JSON_NUMBER(raw, '["order", "items", null, "points"]', source_item_number)
            ELSE item.points
          END
        ) AS points_text,
        (
          CASE
            WHEN NOT (
              item.country IS NULL
            )
            THEN (
              CASE
                WHEN item.country < ':'
                AND REGEXP_FULL_MATCH(item.country, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
                THEN NULLIF(JSON_TEXT(raw, '["order", "items", null, "country"]', source_item_number), '')
                WHEN item.country >= '['
                AND (
                  STARTS_WITH(item.country, '{')
                  OR STARTS_WITH(item.country, '[')
                  OR item.country = 'true'
                  OR item.country = 'false'
                )
                THEN NULLIF(JSON_TEXT(raw, '["order", "items", null, "country"]', source_item_number), '')
                ELSE item.country
              END
            )
            WHEN NOT (
              event."order"."the country" IS NULL
            )
            THEN (
              CASE
                WHEN event."order"."the country" < ':'
                AND REGEXP_FULL_MATCH(
                  event."order"."the country",
                  '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)'
                )
                THEN NULLIF(JSON_TEXT(raw, '["order", "the country"]', 0), '')
                WHEN event."order"."the country" >= '['
                AND (
                  STARTS_WITH(event."order"."the country", '{')
                  OR STARTS_WITH(event."order"."the country", '[')
                  OR event."order"."the country" = 'true'
                  OR event."order"."the country" = 'false'
                )
                THEN NULLIF(JSON_TEXT(raw, '["order", "the country"]', 0), '')
                ELSE event."order"."the country"
              END
            )
          END
        ) AS country_text
      FROM sales
    ), typed AS (
      SELECT
        *,
        (
          event_id_text
        ) AS event_id,
        (
          CASE
            WHEN REGEXP_MATCHES(SUBSTRING(event_ts_text, 11), '[Z+-]')
            THEN (
              TRY_CAST(event_ts_text AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
            )
            ELSE TIMEZONE(
              'UTC',
              TIMEZONE('Europe/Berlin', (
                TRY_CAST(event_ts_text AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
              ))
            )
          END
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
            FALSE OR (
              event."order".id IS NULL
            ) OR FALSE
          )
          OR (
            event."order".at IS NULL
          )
          OR (
            event."order".id IS NULL
          )
          OR (
            (
              item.qty IS NULL
            ) AND FALSE
          )
          OR (
            (
              item.price IS NULL
            ) OR (
              item.qty IS NULL
            ) OR FALSE
          )
          OR (
            (
              LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
            ).value IS NULL
          )
          OR (
            item.points IS NULL
          )
          OR (
            (
              item.country IS NULL
            ) AND (
              event."order"."the country" IS NULL
            )
          )
          OR FALSE
          THEN CASE
            WHEN FALSE OR (
              event."order".id IS NULL
            ) OR FALSE
            THEN ';event_id'
            ELSE ''
          END || CASE WHEN (
            event."order".at IS NULL
          ) THEN ';event_ts' ELSE '' END || CASE WHEN (
            event."order".id IS NULL
          ) THEN ';order_id' ELSE '' END || CASE WHEN (
            item.qty IS NULL
          ) AND FALSE THEN ';quantity' ELSE '' END || CASE
            WHEN (
              item.price IS NULL
            ) OR (
              item.qty IS NULL
            ) OR FALSE
            THEN ';total_amount'
            ELSE ''
          END || CASE
            WHEN (
              (
                LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
              ).value IS NULL
            )
            THEN ';currency'
            ELSE ''
          END || CASE WHEN (
            item.points IS NULL
          ) THEN ';points' ELSE '' END || CASE
            WHEN (
              item.country IS NULL
            ) AND (
              event."order"."the country" IS NULL
            )
            THEN ';country'
            ELSE ''
          END || CASE WHEN FALSE THEN ';device' ELSE '' END || ';'
        END
      ) AS absent_fields,
      (
        CASE
          WHEN (
            event_id IS NULL
            AND NOT (
              FALSE OR (
                event."order".id IS NULL
              ) OR FALSE
            )
          )
          OR (
            event_ts IS NULL AND NOT (
              event."order".at IS NULL
            )
          )
          OR (
            order_id IS NULL AND NOT (
              event."order".id IS NULL
            )
          )
          OR (
            quantity IS NULL AND NOT (
              (
                item.qty IS NULL
              ) AND FALSE
            )
          )
          OR (
            total_amount IS NULL
            AND NOT (
              (
                item.price IS NULL
              ) OR (
                item.qty IS NULL
              ) OR FALSE
            )
          )
          OR (
            currency IS NULL
            AND NOT (
              (
                LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
              ).value IS NULL
            )
          )
          OR (
            points IS NULL AND NOT (
              item.points IS NULL
            )
          )
          OR (
            country IS NULL
            AND NOT (
              (
                item.country IS NULL
              ) AND (
                event."order"."the country" IS NULL
              )
            )
          )
          OR (
            device IS NULL AND NOT FALSE
          )
          THEN CASE
            WHEN event_id IS NULL
            AND NOT (
              FALSE OR (
                event."order".id IS NULL
              ) OR FALSE
            )
            THEN ';event_id'
            ELSE ''
          END || CASE
            WHEN event_ts IS NULL AND NOT (
              event."order".at IS NULL
            )
            THEN ';event_ts'
            ELSE ''
          END || CASE
            WHEN order_id IS NULL AND NOT (
              event."order".id IS NULL
            )
            THEN ';order_id'
            ELSE ''
          END || CASE
            WHEN quantity IS NULL AND NOT (
              (
                item.qty IS NULL
              ) AND FALSE
            )
            THEN ';quantity'
            ELSE ''
          END || CASE
            WHEN total_amount IS NULL
            AND NOT (
              (
                item.price IS NULL
              ) OR (
                item.qty IS NULL
              ) OR FALSE
            )
            THEN ';total_amount'
            ELSE ''
          END || CASE
            WHEN currency IS NULL
            AND NOT (
              (
                LIST_EXTRACT(LIST_FILTER(event.params, LAMBDA e : e.key = 'currency'), 1)
              ).value IS NULL
            )
            THEN ';currency'
            ELSE ''
          END || CASE
            WHEN points IS NULL AND NOT (
              item.points IS NULL
            )
            THEN ';points'
            ELSE ''
          END || CASE
            WHEN country IS NULL
            AND NOT (
              (
                item.country IS NULL
              ) AND (
                event."order"."the country" IS NULL
              )
            )
            THEN ';country'
            ELSE ''
          END || CASE WHEN device IS NULL AND NOT FALSE THEN ';device' ELSE '' END || ';'
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
  )
  UNION ALL
  (
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
            '{"id": "VARCHAR", "created": "VARCHAR", "cents": "VARCHAR", "refunded_at": "VARCHAR"}'
          ) AS event
        FROM lines
        WHERE
          (
            NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
            AND SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
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
            WHEN LENGTH(keys) = 9 AND FALSE
            THEN TRUE
            ELSE COALESCE(JSON_TYPE(raw) = 'OBJECT' AND LENGTH(LIST_DISTINCT(keys)) = LENGTH(keys), FALSE)
          END AS is_object
        FROM read
      )
      SELECT
        *,
        NOT is_object OR (
          (
            event.refunded_at IS NULL
          )
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
            WHEN event.id < ':'
            AND REGEXP_FULL_MATCH(event.id, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
            THEN NULLIF(JSON_TEXT(raw, '["id"]', 0), '')
            WHEN event.id >= '['
            AND (
              STARTS_WITH(event.id, '{')
              OR STARTS_WITH(event.id, '[')
              OR event.id = 'true'
              OR event.id = 'false'
            )
            THEN NULLIF(JSON_TEXT(raw, '["id"]', 0), '')
            ELSE event.id
          END
        ) AS event_id_text,
        (
          CASE
            WHEN REGEXP_FULL_MATCH(
              (
                CASE
                  WHEN REGEXP_MATCHES(event.created, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                  THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["created"]', 0))
                  ELSE event.created
                END
              ),
              '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*'
            )
            AND TRY_CAST((
              CASE
                WHEN REGEXP_MATCHES(event.created, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["created"]', 0))
                ELSE event.created
              END
            ) AS DECIMAL(24, 6)) * 1000000 BETWEEN -62135424000000000 AND 253402127999999999
            THEN CAST(MAKE_TIMESTAMP(
              CAST(TRY_CAST((
                CASE
                  WHEN REGEXP_MATCHES(event.created, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                  THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["created"]', 0))
                  ELSE event.created
                END
              ) AS DECIMAL(24, 6)) * 1000000 AS BIGINT)
            ) AS TEXT)
          END
        ) AS event_ts_text,
        CAST(NULL AS TEXT) AS order_id_text,
        '1' AS quantity_text,
        CAST((
          TRY_CAST((
            CASE
              WHEN REGEXP_FULL_MATCH(
                (
                  CASE
                    WHEN REGEXP_MATCHES(event.cents, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                    THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["cents"]', 0))
                    ELSE event.cents
                  END
                ),
                '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*'
              )
              THEN TRY_CAST((
                CASE
                  WHEN REGEXP_MATCHES(event.cents, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
                  THEN PLAIN_NUMBER(JSON_NUMBER(raw, '["cents"]', 0))
                  ELSE event.cents
                END
              ) AS DECIMAL(29, 8))
            END
          ) * CAST(0.01 AS DECIMAL(9, 8)) AS DECIMAL(19, 8))
        ) AS TEXT) AS total_amount_text,
        'EUR' AS currency_text,
        CAST(NULL AS TEXT) AS points_text,
        CAST(NULL AS TEXT) AS country_text,
        CAST(NULL AS TEXT) AS device_text
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
            event.id IS NULL
          )
          OR (
            event.created IS NULL
          )
          OR TRUE
          OR FALSE
          OR (
            event.cents IS NULL
          )
          OR FALSE
          OR TRUE
          OR TRUE
          OR TRUE
          THEN CASE WHEN (
            event.id IS NULL
          ) THEN ';event_id' ELSE '' END || CASE WHEN (
            event.created IS NULL
          ) THEN ';event_ts' ELSE '' END || CASE WHEN TRUE THEN ';order_id' ELSE '' END || CASE WHEN FALSE THEN ';quantity' ELSE '' END || CASE WHEN (
            event.cents IS NULL
          ) THEN ';total_amount' ELSE '' END || CASE WHEN FALSE THEN ';currency' ELSE '' END || CASE WHEN TRUE THEN ';points' ELSE '' END || CASE WHEN TRUE THEN ';country' ELSE '' END || CASE WHEN TRUE THEN ';device' ELSE '' END || ';'
        END
      ) AS absent_fields,
      (
        CASE
          WHEN (
            event_id IS NULL AND NOT (
              event.id IS NULL
            )
          )
          OR (
            event_ts IS NULL AND NOT (
              event.created IS NULL
            )
          )
          OR (
            order_id IS NULL AND NOT TRUE
          )
          OR (
            quantity IS NULL AND NOT FALSE
          )
          OR (
            total_amount IS NULL AND NOT (
              event.cents IS NULL
            )
          )
          OR (
            currency IS NULL AND NOT FALSE
          )
          OR (
            points IS NULL AND NOT TRUE
          )
          OR (
            country IS NULL AND NOT TRUE
          )
          OR (
            device IS NULL AND NOT TRUE
          )
          THEN CASE
            WHEN event_id IS NULL AND NOT (
              event.id IS NULL
            )
            THEN ';event_id'
            ELSE ''
          END || CASE
            WHEN event_ts IS NULL AND NOT (
              event.created IS NULL
            )
            THEN ';event_ts'
            ELSE ''
          END || CASE WHEN order_id IS NULL AND NOT TRUE THEN ';order_id' ELSE '' END || CASE WHEN quantity IS NULL AND NOT FALSE THEN ';quantity' ELSE '' END || CASE
            WHEN total_amount IS NULL AND NOT (
              event.cents IS NULL
            )
            THEN ';total_amount'
            ELSE ''
          END || CASE WHEN currency IS NULL AND NOT FALSE THEN ';currency' ELSE '' END || CASE WHEN points IS NULL AND NOT TRUE THEN ';points' ELSE '' END || CASE WHEN country IS NULL AND NOT TRUE THEN ';country' ELSE '' END || CASE WHEN device IS NULL AND NOT TRUE THEN ';device' ELSE '' END || ';'
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
  )
  UNION ALL
  (
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
            NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
            AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
            AND TRUE
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
  )
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
    AND v.version_key = (
      CASE
        WHEN (
          SUBSTRING(c.source_filename, 15) LIKE 'shop/%' ESCAPE '!'
        )
        THEN c.order_id
        WHEN (
          NOT SUBSTRING(c.source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND SUBSTRING(c.source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
        )
        THEN c.event_id
        WHEN (
          NOT SUBSTRING(c.source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND NOT SUBSTRING(c.source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          AND TRUE
        )
        THEN c.event_id
      END
    )
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
