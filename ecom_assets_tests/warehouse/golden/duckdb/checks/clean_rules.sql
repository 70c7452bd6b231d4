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
    AND NOT COALESCE((
      JSON_TYPE(line.raw) = 'OBJECT'
    ), FALSE)
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
    AND ABS(DATE_DIFF('DAY', c.event_date, twin.event_date)) <= 7
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
  COUNT_IF((
    COALESCE((
      NOT is_object
    ), FALSE)
  ) IS TRUE) AS json_object,
  MIN(
    CASE
      WHEN COALESCE((
        NOT is_object
      ), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || ': ' || COALESCE(NULL, '(none)')
      ELSE NULL
    END
  ) AS json_object_sample,
  COUNT_IF(
    (
      COALESCE(
        (
          is_object
          AND (
            event_id IS NULL
            OR TRIM(event_id, '	
                  　') = ''
          )
        ),
        FALSE
      )
    ) IS TRUE
  ) AS event_id_present,
  MIN(
    CASE
      WHEN COALESCE(
        (
          is_object
          AND (
            event_id IS NULL
            OR TRIM(event_id, '	
                  　') = ''
          )
        ),
        FALSE
      )
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || ': ' || COALESCE(CAST(event_id AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS event_id_present_sample,
  COUNT_IF((
    COALESCE((
      is_object AND event_ts IS NULL
    ), FALSE)
  ) IS TRUE) AS event_ts_valid,
  MIN(
    CASE
      WHEN COALESCE((
        is_object AND event_ts IS NULL
      ), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || ': ' || COALESCE(CAST(event_ts AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS event_ts_valid_sample,
  COUNT_IF((
    COALESCE((
      is_object AND quantity IS NULL
    ), FALSE)
  ) IS TRUE) AS quantity_numeric,
  MIN(
    CASE
      WHEN COALESCE((
        is_object AND quantity IS NULL
      ), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || ': ' || COALESCE(CAST(quantity AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS quantity_numeric_sample,
  COUNT_IF((
    COALESCE((
      is_object AND quantity <= 0
    ), FALSE)
  ) IS TRUE) AS quantity_positive,
  MIN(
    CASE
      WHEN COALESCE((
        is_object AND quantity <= 0
      ), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || ': ' || COALESCE(CAST(quantity AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS quantity_positive_sample,
  COUNT_IF((
    COALESCE((
      is_object AND total_amount IS NULL
    ), FALSE)
  ) IS TRUE) AS total_amount_numeric,
  MIN(
    CASE
      WHEN COALESCE((
        is_object AND total_amount IS NULL
      ), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || ': ' || COALESCE(CAST(total_amount AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS total_amount_numeric_sample,
  COUNT_IF((
    COALESCE((
      is_object AND total_amount < 0
    ), FALSE)
  ) IS TRUE) AS total_amount_not_negative,
  MIN(
    CASE
      WHEN COALESCE((
        is_object AND total_amount < 0
      ), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || ': ' || COALESCE(CAST(total_amount AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS total_amount_not_negative_sample,
  COUNT_IF(
    (
      COALESCE((
        is_object AND CAST(event_ts AS DATE) <> event_date
      ), FALSE)
    ) IS TRUE
  ) AS event_date_in_window,
  MIN(
    CASE
      WHEN COALESCE((
        is_object AND CAST(event_ts AS DATE) <> event_date
      ), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || ': ' || COALESCE(CAST(event_ts AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS event_date_in_window_sample,
  COUNT_IF((
    COALESCE((
      is_object AND is_repeat
    ), FALSE)
  ) IS TRUE) AS event_id_unique,
  MIN(
    CASE
      WHEN COALESCE((
        is_object AND is_repeat
      ), FALSE)
      THEN source_filename || ' line ' || CAST(source_row_number AS TEXT) || ': ' || COALESCE(CAST(event_id AS TEXT), '(none)')
      ELSE NULL
    END
  ) AS event_id_unique_sample
FROM tested
GROUP BY
  event_date
ORDER BY
  event_date;
