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
      ELSE TRY_PARSE_JSON(
        REPLACE(REPLACE(REPLACE(text, CHR(  3), '\\u'), CHR(  2), '\\u'), CHR(  1), '\\\\')
      )
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
    ingestion_ts
  FROM lines
  WHERE
    NOT COALESCE(IS_OBJECT(raw), FALSE)
), repeated AS (
  SELECT
    event_date,
    event_id
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  GROUP BY
    event_date,
    event_id
  HAVING
    COUNT(*) > 1
), zeros AS (
  SELECT
    lines.raw,
    c.source_filename,
    c.source_row_number
  FROM lines
  INNER JOIN staging.stg_sales_clean AS c
    ON c.source_filename = lines.source_filename
    AND c.source_row_number = lines.source_row_number
    AND c.ingestion_ts = lines.ingestion_ts
  WHERE
    c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND (
      c.quantity = 0
    )
), tested AS (
  SELECT
    c.*,
    o.source_row_number IS NULL AS is_object,
    NOT r.event_id IS NULL AS is_duplicate,
    CASE
      WHEN c.quantity <> 0
      THEN SIGN(c.quantity)
      WHEN c.quantity = 0
      THEN CASE
        WHEN (
          CASE
            WHEN REGEXP_LIKE(
              (
                CAST(GET_PATH(raw, 'quantity') AS VARCHAR)
              ),
              '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*'
            )
            THEN TRY_TO_NUMBER(TRIM((
              CAST(GET_PATH(raw, 'quantity') AS VARCHAR)
            ), ' \t\n\r\x0b\f'), 18, 4)
          END
        ) = 0
        THEN (
          CASE
            WHEN 0 <> 0
            THEN SIGN(0)
            WHEN 0 IS NULL
            THEN NULL
            WHEN NOT REGEXP_LIKE((
              CAST(GET_PATH(raw, 'quantity') AS VARCHAR)
            ), '[^1-9eE]*[1-9].*', 's')
            THEN 0
            WHEN STARTSWITH(TRIM((
              CAST(GET_PATH(raw, 'quantity') AS VARCHAR)
            ), ' \t\n\r\x0b\f'), '-')
            THEN -1
            ELSE 1
          END
        )
        WHEN NOT z.source_row_number IS NULL
        THEN 0
      END
    END AS quantity_sign
  FROM staging.stg_sales_clean AS c
  LEFT JOIN others AS o
    ON o.source_filename = c.source_filename
    AND o.source_row_number = c.source_row_number
    AND o.ingestion_ts = c.ingestion_ts
  LEFT JOIN repeated AS r
    ON r.event_id = c.event_id AND r.event_date = c.event_date
  LEFT JOIN zeros AS z
    ON z.source_filename = c.source_filename
    AND z.source_row_number = c.source_row_number
  WHERE
    c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
)
SELECT
  event_date,
  COUNT(*) AS row_count,
  COUNT_IF(COALESCE((
    is_object AND quantity_sign <= 0
  ), FALSE)) AS quantity_positive,
  MIN(
    IFF(
      COALESCE((
        is_object AND quantity_sign <= 0
      ), FALSE),
      CONCAT(
        source_filename,
        ' line ',
        CAST(source_row_number AS VARCHAR),
        ': ',
        COALESCE(CAST(quantity AS VARCHAR), '(none)')
      ),
      NULL
    )
  ) AS quantity_positive_sample,
  COUNT_IF(COALESCE((
    is_object AND is_duplicate
  ), FALSE)) AS event_id_unique,
  MIN(
    IFF(
      COALESCE((
        is_object AND is_duplicate
      ), FALSE),
      CONCAT(
        source_filename,
        ' line ',
        CAST(source_row_number AS VARCHAR),
        ': ',
        COALESCE(CAST(event_id AS VARCHAR), '(none)')
      ),
      NULL
    )
  ) AS event_id_unique_sample
FROM tested
GROUP BY
  event_date
ORDER BY
  event_date;
