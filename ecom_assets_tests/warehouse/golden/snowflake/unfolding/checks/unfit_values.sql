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
          STARTSWITH(r.raw_text, CHR(  65279))
          OR CONTAINS(r.raw_text, '\\ud')
          OR CONTAINS(r.raw_text, '\\uD')
        )
        AND NOT CONTAINS(r.raw_text, CHR(  1))
        AND NOT CONTAINS(r.raw_text, CHR(  2))
        AND NOT CONTAINS(r.raw_text, CHR(  3))
        THEN REPLACE(REPLACE(LTRIM(r.raw_text, CHR(  65279)), '\\\\', CHR(  1)), '\\u', CHR(  2))
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
          CHR(  2) || '([dD][89abAB][0-9a-fA-F][0-9a-fA-F])' || CHR(  2) || '([dD][c-fC-F][0-9a-fA-F][0-9a-fA-F])',
          CHR(  3) || '\\1' || CHR(  3) || '\\2'
        ),
        CHR(  2) || '[dD][89a-fA-F][0-9a-fA-F][0-9a-fA-F]',
        CHR(  65533)
      ) AS text
    FROM current_rows
  )
  SELECT
    CASE
      WHEN text IS NULL
      THEN raw
      ELSE CASE NVL(
          NVL(
            CHECK_JSON(
              REPLACE(REPLACE(REPLACE(text, CHR(  3), '\\u'), CHR(  2), '\\u'), CHR(  1), '\\\\')
            ),
            REGEXP_SUBSTR(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    REPLACE(
                      REPLACE(REPLACE(REPLACE(text, CHR(  3), '\\u'), CHR(  2), '\\u'), CHR(  1), '\\\\'),
                      CHR(0),
                      CHR(1)
                    ),
                    '"([^"\\\\\x01-\x1f]|\\\\(["\\\\/bfnrt]|u([0-9abcefABCEF][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]|[dD][0-7][0-9a-fA-F][0-9a-fA-F]|[dD][89abAB][0-9a-fA-F][0-9a-fA-F]\\\\u[dD][c-fC-F][0-9a-fA-F][0-9a-fA-F])))*"',
                    '"'
                  ),
                  '[ \t\n\r]+',
                  ''
                ),
                '-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false|null',
                '0'
              ),
              '["0]["0]|0:|[{:,[],|,[]}]|[^]{}:,"0[]'
            )
          ),
          ''
        )
        WHEN ''
        THEN PARSE_JSON(
          REPLACE(REPLACE(REPLACE(text, CHR(  3), '\\u'), CHR(  2), '\\u'), CHR(  1), '\\\\')
        )
      END
    END AS raw,
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    ingestion_ts
  FROM mended
), places AS (
  SELECT
    event_date,
    field,
    REGEXP_REPLACE(first_unfit, ' item [0-9]+$', '') AS line_text,
    COALESCE(TRY_CAST(SPLIT_PART(first_unfit, ' item ', -1) AS BIGINT), 1) AS source_item_number
  FROM staging.sales_quality_fields
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND NOT first_unfit IS NULL
), found AS (
  SELECT
    places.*,
    lines.raw,
    lines.source_filename
  FROM places
  INNER JOIN lines
    ON lines.source_filename || ' line ' || CAST(lines.source_row_number AS VARCHAR) = places.line_text
)
SELECT
  event_date,
  field,
  SUBSTRING(
    MAX(
      (
        CASE
          WHEN (
            SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          )
          THEN CASE field
            WHEN 'event_id'
            THEN (
              CAST(GET_PATH(raw, 'order.id') AS VARCHAR)
            )
            WHEN 'event_ts'
            THEN (
              CAST(GET_PATH(raw, 'order.at') AS VARCHAR)
            )
            WHEN 'order_id'
            THEN (
              CAST(GET_PATH(raw, 'order.id') AS VARCHAR)
            )
            WHEN 'quantity'
            THEN (
              CAST(GET_PATH(GET(GET_PATH(raw, 'order.items'), source_item_number - 1), 'qty') AS VARCHAR)
            )
            WHEN 'total_amount'
            THEN CONCAT(
              COALESCE(
                (
                  CAST(GET_PATH(GET(GET_PATH(raw, 'order.items'), source_item_number - 1), 'price') AS VARCHAR)
                ),
                '(none)'
              ),
              ', ',
              COALESCE(
                (
                  CAST(GET_PATH(GET(GET_PATH(raw, 'order.items'), source_item_number - 1), 'qty') AS VARCHAR)
                ),
                '(none)'
              )
            )
            WHEN 'currency'
            THEN (
              CAST(GET_PATH(
                (
                  GET(
                    FILTER(
                      IFF(IS_ARRAY(GET_PATH(raw, 'params')), GET_PATH(raw, 'params'), NULL),
                      e -> CAST(GET_PATH(e, 'key') AS VARCHAR) = 'currency'
                    ),
                    0
                  )
                ),
                'value'
              ) AS VARCHAR)
            )
            WHEN 'points'
            THEN (
              CAST(GET_PATH(GET(GET_PATH(raw, 'order.items'), source_item_number - 1), 'points') AS VARCHAR)
            )
            WHEN 'country'
            THEN CONCAT(
              COALESCE(
                (
                  CAST(GET_PATH(GET(GET_PATH(raw, 'order.items'), source_item_number - 1), 'country') AS VARCHAR)
                ),
                '(none)'
              ),
              ', ',
              COALESCE((
                CAST(GET_PATH(raw, 'order["the country"]') AS VARCHAR)
              ), '(none)')
            )
            WHEN 'device'
            THEN NULL
          END
          WHEN (
            NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
            AND SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          )
          THEN CASE field
            WHEN 'event_id'
            THEN (
              CAST(GET_PATH(raw, 'id') AS VARCHAR)
            )
            WHEN 'event_ts'
            THEN (
              CAST(GET_PATH(raw, 'created') AS VARCHAR)
            )
            WHEN 'order_id'
            THEN NULL
            WHEN 'quantity'
            THEN NULL
            WHEN 'total_amount'
            THEN (
              CAST(GET_PATH(raw, 'cents') AS VARCHAR)
            )
            WHEN 'currency'
            THEN NULL
            WHEN 'points'
            THEN NULL
            WHEN 'country'
            THEN NULL
            WHEN 'device'
            THEN NULL
          END
          WHEN (
            NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
            AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
            AND TRUE
          )
          THEN CASE field
            WHEN 'event_id'
            THEN (
              CAST(GET_PATH(raw, 'event_id') AS VARCHAR)
            )
            WHEN 'event_ts'
            THEN (
              CAST(GET_PATH(raw, 'event_ts') AS VARCHAR)
            )
            WHEN 'order_id'
            THEN (
              CAST(GET_PATH(raw, 'order_id') AS VARCHAR)
            )
            WHEN 'quantity'
            THEN (
              CAST(GET_PATH(raw, 'quantity') AS VARCHAR)
            )
            WHEN 'total_amount'
            THEN (
              CAST(GET_PATH(raw, 'total_amount') AS VARCHAR)
            )
            WHEN 'currency'
            THEN (
              CAST(GET_PATH(raw, 'currency') AS VARCHAR)
            )
            WHEN 'points'
            THEN (
              CAST(GET_PATH(raw, 'points') AS VARCHAR)
            )
            WHEN 'country'
            THEN (
              CAST(GET_PATH(raw, 'country') AS VARCHAR)
            )
            WHEN 'device'
            THEN (
              CAST(GET_PATH(raw, 'device') AS VARCHAR)
            )
          END
        END
      )
    ),
    1,
    7
  ) AS unfit_value
FROM found
GROUP BY
  event_date,
  field
ORDER BY
  event_date,
  field;
