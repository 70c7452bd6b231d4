WITH others AS (
  SELECT
    line.source_filename,
    line.source_row_number
  FROM raw.raw_sales AS line
  INNER JOIN raw.raw_sales_files AS f
    ON f.source_filename = line.source_filename
    AND f.load_id = line.load_id
    AND f.superseded_at IS NULL
  WHERE
    line.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND NOT COALESCE(IS_OBJECT(line.raw), FALSE)
), repeated AS (
  SELECT
    event_id
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND event_id IN (
      SELECT
        c.event_id
      FROM staging.stg_sales_clean AS c
      WHERE
        c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    )
  GROUP BY
    event_id
  HAVING
    COUNT(*) > 1
), duplicates AS (
  SELECT DISTINCT
    c.source_filename,
    c.source_row_number
  FROM staging.stg_sales_clean AS c
  INNER JOIN staging.stg_sales_clean AS twin
    ON twin.event_id = c.event_id
  WHERE
    c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND c.event_id IN (
      SELECT
        repeated.event_id
      FROM repeated
    )
    AND twin.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND ABS(DATEDIFF(DAY, c.event_date, twin.event_date)) <= 7
    AND (
      twin.source_filename <> c.source_filename
      OR twin.source_row_number <> c.source_row_number
    )
), tested AS (
  SELECT
    c.*,
    o.source_row_number IS NULL AS is_object,
    NOT d.source_row_number IS NULL AS is_repeat
  FROM staging.stg_sales_clean AS c
  LEFT JOIN others AS o
    ON o.source_filename = c.source_filename
    AND o.source_row_number = c.source_row_number
  LEFT JOIN duplicates AS d
    ON d.source_filename = c.source_filename
    AND d.source_row_number = c.source_row_number
  WHERE
    c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
)
SELECT
  event_date,
  COUNT(*) AS row_count,
  COUNT_IF(COALESCE((
    NOT is_object
  ), FALSE)) AS json_object,
  MIN(
    IFF(
      COALESCE((
        NOT is_object
      ), FALSE),
      CONCAT(
        source_filename,
        ' line ',
        CAST(source_row_number AS VARCHAR),
        ': ',
        COALESCE(NULL, '(none)')
      ),
      NULL
    )
  ) AS json_object_sample,
  COUNT_IF(
    COALESCE(
      (
        is_object
        AND (
          event_id IS NULL
          OR TRIM(event_id, '\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　') = ''
        )
      ),
      FALSE
    )
  ) AS event_id_present,
  MIN(
    IFF(
      COALESCE(
        (
          is_object
          AND (
            event_id IS NULL
            OR TRIM(event_id, '\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　') = ''
          )
        ),
        FALSE
      ),
      CONCAT(
        source_filename,
        ' line ',
        CAST(source_row_number AS VARCHAR),
        ': ',
        COALESCE(CAST(event_id AS VARCHAR), '(none)')
      ),
      NULL
    )
  ) AS event_id_present_sample,
  COUNT_IF(COALESCE((
    is_object AND event_ts IS NULL
  ), FALSE)) AS event_ts_valid,
  MIN(
    IFF(
      COALESCE((
        is_object AND event_ts IS NULL
      ), FALSE),
      CONCAT(
        source_filename,
        ' line ',
        CAST(source_row_number AS VARCHAR),
        ': ',
        COALESCE(CAST(event_ts AS VARCHAR), '(none)')
      ),
      NULL
    )
  ) AS event_ts_valid_sample,
  COUNT_IF(COALESCE((
    is_object AND quantity IS NULL
  ), FALSE)) AS quantity_numeric,
  MIN(
    IFF(
      COALESCE((
        is_object AND quantity IS NULL
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
  ) AS quantity_numeric_sample,
  COUNT_IF(COALESCE((
    is_object AND quantity <= 0
  ), FALSE)) AS quantity_positive,
  MIN(
    IFF(
      COALESCE((
        is_object AND quantity <= 0
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
    is_object AND total_amount IS NULL
  ), FALSE)) AS total_amount_numeric,
  MIN(
    IFF(
      COALESCE((
        is_object AND total_amount IS NULL
      ), FALSE),
      CONCAT(
        source_filename,
        ' line ',
        CAST(source_row_number AS VARCHAR),
        ': ',
        COALESCE(CAST(total_amount AS VARCHAR), '(none)')
      ),
      NULL
    )
  ) AS total_amount_numeric_sample,
  COUNT_IF(COALESCE((
    is_object AND total_amount < 0
  ), FALSE)) AS total_amount_not_negative,
  MIN(
    IFF(
      COALESCE((
        is_object AND total_amount < 0
      ), FALSE),
      CONCAT(
        source_filename,
        ' line ',
        CAST(source_row_number AS VARCHAR),
        ': ',
        COALESCE(CAST(total_amount AS VARCHAR), '(none)')
      ),
      NULL
    )
  ) AS total_amount_not_negative_sample,
  COUNT_IF(COALESCE((
    is_object AND CAST(event_ts AS DATE) <> event_date
  ), FALSE)) AS event_date_in_window,
  MIN(
    IFF(
      COALESCE((
        is_object AND CAST(event_ts AS DATE) <> event_date
      ), FALSE),
      CONCAT(
        source_filename,
        ' line ',
        CAST(source_row_number AS VARCHAR),
        ': ',
        COALESCE(CAST(event_ts AS VARCHAR), '(none)')
      ),
      NULL
    )
  ) AS event_date_in_window_sample,
  COUNT_IF(COALESCE((
    is_object AND is_repeat
  ), FALSE)) AS event_id_unique,
  MIN(
    IFF(
      COALESCE((
        is_object AND is_repeat
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
