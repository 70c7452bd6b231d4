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
), places AS (
  SELECT
    event_date,
    field,
    REGEXP_REPLACE(first_unfit, ' item [0-9]+$', '', 'g') AS line_text,
    COALESCE(
      TRY_CAST(CASE
        WHEN ' item ' = ''
        THEN (
          CASE
            WHEN (
              CASE WHEN -1 = 0 THEN 1 ELSE -1 END
            ) = 1
            OR (
              CASE WHEN -1 = 0 THEN 1 ELSE -1 END
            ) = -1
            THEN first_unfit
            ELSE ''
          END
        )
        ELSE SPLIT_PART(first_unfit, ' item ', (
          CASE WHEN -1 = 0 THEN 1 ELSE -1 END
        ))
      END AS BIGINT),
      1
    ) AS source_item_number
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
    ON lines.source_filename || ' line ' || CAST(lines.source_row_number AS TEXT) = places.line_text
)
SELECT
  event_date,
  field,
  SUBSTRING(
    MAX(
      CASE field
        WHEN 'event_id'
        THEN (
          raw ->> '$."event_id"'
        )
        WHEN 'event_ts'
        THEN (
          raw ->> '$."event_ts"'
        )
        WHEN 'order_id'
        THEN (
          raw ->> '$."order_id"'
        )
        WHEN 'quantity'
        THEN (
          raw ->> '$."quantity"'
        )
        WHEN 'total_amount'
        THEN (
          raw ->> '$."total_amount"'
        )
        WHEN 'currency'
        THEN (
          raw ->> '$."currency"'
        )
        WHEN 'points'
        THEN (
          raw ->> '$."points"'
        )
        WHEN 'country'
        THEN (
          raw ->> '$."country"'
        )
        WHEN 'device'
        THEN (
          raw ->> '$."device"'
        )
      END
    ),
    CASE WHEN 1 = 0 THEN 1 ELSE 1 END,
    CASE WHEN 7 < 0 THEN 0 ELSE 7 END
  ) AS unfit_value
FROM found
GROUP BY
  event_date,
  field
ORDER BY
  event_date,
  field;
