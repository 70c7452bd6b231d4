DELETE FROM staging.stg_sales_clean
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT
        event_date
      FROM (VALUES
        (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  );

DELETE FROM staging.stg_sales_rejects
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT
        event_date
      FROM (VALUES
        (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  );

INSERT INTO staging.stg_sales_clean (
  event_id,
  event_ts,
  event_date,
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
  ingestion_ts
)
WITH judged AS (
  SELECT
    p.*,
    NOT r.source_row_number IS NULL AS is_duplicate
  FROM parsed_sales AS p
  LEFT JOIN duplicate_events AS r
    ON r.event_date = p.event_date
    AND r.source_filename = p.source_filename
    AND r.source_row_number = p.source_row_number
  WHERE
    p.event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT
          event_date
        FROM (VALUES
          (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
)
SELECT
  event_id,
  event_ts,
  event_date,
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
  ingestion_ts
FROM judged
WHERE
  NOT (
    COALESCE((
      NOT is_object
    ), FALSE)
    OR COALESCE(
      (
        is_object
        AND (
          event_id IS NULL
          OR IFF(
            CONTAINS('\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　', SUBSTRING(event_id, 1, 1)),
            TRIM(event_id, '\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　') = '',
            FALSE
          )
        )
      ),
      FALSE
    )
    OR COALESCE((
      is_object AND event_ts IS NULL
    ), FALSE)
    OR COALESCE((
      is_object AND quantity IS NULL
    ), FALSE)
    OR COALESCE((
      is_object AND quantity_sign <= 0
    ), FALSE)
    OR COALESCE((
      is_object AND total_amount IS NULL
    ), FALSE)
    OR COALESCE((
      is_object AND total_amount_sign < 0
    ), FALSE)
    OR COALESCE((
      is_object AND CAST(event_ts AS DATE) <> event_date
    ), FALSE)
    OR COALESCE((
      is_object AND is_duplicate
    ), FALSE)
  )
ORDER BY
  event_date;

INSERT INTO staging.stg_sales_rejects (
  reason,
  reasons,
  raw,
  raw_text,
  event_date,
  source_filename,
  source_row_number,
  ingestion_ts,
  rules_version,
  run_id
)
WITH judged AS (
  SELECT
    p.*,
    NOT r.source_row_number IS NULL AS is_duplicate
  FROM parsed_sales AS p
  LEFT JOIN duplicate_events AS r
    ON r.event_date = p.event_date
    AND r.source_filename = p.source_filename
    AND r.source_row_number = p.source_row_number
  WHERE
    p.event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT
          event_date
        FROM (VALUES
          (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
), rejected AS (
  SELECT
    CASE
      WHEN COALESCE((
        NOT is_object
      ), FALSE)
      THEN 'Malformed JSON'
      WHEN COALESCE(
        (
          is_object
          AND (
            event_id IS NULL
            OR IFF(
              CONTAINS('\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　', SUBSTRING(event_id, 1, 1)),
              TRIM(event_id, '\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　') = '',
              FALSE
            )
          )
        ),
        FALSE
      )
      THEN 'Missing event_id'
      WHEN COALESCE((
        is_object AND event_ts IS NULL
      ), FALSE)
      THEN 'Invalid event_ts'
      WHEN COALESCE((
        is_object AND quantity IS NULL
      ), FALSE)
      THEN 'Invalid quantity'
      WHEN COALESCE((
        is_object AND quantity_sign <= 0
      ), FALSE)
      THEN 'Non-positive quantity'
      WHEN COALESCE((
        is_object AND total_amount IS NULL
      ), FALSE)
      THEN 'Invalid total_amount'
      WHEN COALESCE((
        is_object AND total_amount_sign < 0
      ), FALSE)
      THEN 'Negative total_amount'
      WHEN COALESCE((
        is_object AND CAST(event_ts AS DATE) <> event_date
      ), FALSE)
      THEN 'event_ts outside its event date'
      WHEN COALESCE((
        is_object AND is_duplicate
      ), FALSE)
      THEN 'Duplicate event_id'
    END AS reason,
    SUBSTRING(
      CONCAT(
        IFF(COALESCE((
          NOT is_object
        ), FALSE), '; Malformed JSON', ''),
        IFF(
          COALESCE(
            (
              is_object
              AND (
                event_id IS NULL
                OR IFF(
                  CONTAINS('\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　', SUBSTRING(event_id, 1, 1)),
                  TRIM(event_id, '\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　') = '',
                  FALSE
                )
              )
            ),
            FALSE
          ),
          '; Missing event_id',
          ''
        ),
        IFF(COALESCE((
          is_object AND event_ts IS NULL
        ), FALSE), '; Invalid event_ts', ''),
        IFF(COALESCE((
          is_object AND quantity IS NULL
        ), FALSE), '; Invalid quantity', ''),
        IFF(
          COALESCE((
            is_object AND quantity_sign <= 0
          ), FALSE),
          '; Non-positive quantity',
          ''
        ),
        IFF(
          COALESCE((
            is_object AND total_amount IS NULL
          ), FALSE),
          '; Invalid total_amount',
          ''
        ),
        IFF(
          COALESCE((
            is_object AND total_amount_sign < 0
          ), FALSE),
          '; Negative total_amount',
          ''
        ),
        IFF(
          COALESCE((
            is_object AND CAST(event_ts AS DATE) <> event_date
          ), FALSE),
          '; event_ts outside its event date',
          ''
        ),
        IFF(COALESCE((
          is_object AND is_duplicate
        ), FALSE), '; Duplicate event_id', '')
      ),
      3
    ) AS reasons,
    event_date,
    batch_date,
    source_filename,
    source_row_number,
    load_id
  FROM judged
  WHERE
    (
      COALESCE((
        NOT is_object
      ), FALSE)
      OR COALESCE(
        (
          is_object
          AND (
            event_id IS NULL
            OR IFF(
              CONTAINS('\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　', SUBSTRING(event_id, 1, 1)),
              TRIM(event_id, '\t\n\x0b\f\r\x1c\x1d\x1e\x1f                  　') = '',
              FALSE
            )
          )
        ),
        FALSE
      )
      OR COALESCE((
        is_object AND event_ts IS NULL
      ), FALSE)
      OR COALESCE((
        is_object AND quantity IS NULL
      ), FALSE)
      OR COALESCE((
        is_object AND quantity_sign <= 0
      ), FALSE)
      OR COALESCE((
        is_object AND total_amount IS NULL
      ), FALSE)
      OR COALESCE((
        is_object AND total_amount_sign < 0
      ), FALSE)
      OR COALESCE((
        is_object AND CAST(event_ts AS DATE) <> event_date
      ), FALSE)
      OR COALESCE((
        is_object AND is_duplicate
      ), FALSE)
    )
)
SELECT
  j.reason,
  j.reasons,
  r.raw,
  r.raw_text,
  j.event_date,
  j.source_filename,
  j.source_row_number,
  r.ingestion_ts,
  'it\'s' AS rules_version,
  'it\'s' AS run_id
FROM rejected AS j
INNER JOIN raw.raw_sales AS r
  ON r.load_id = j.load_id
  AND r.source_filename = j.source_filename
  AND r.source_row_number = j.source_row_number
WHERE
  r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
ORDER BY
  j.event_date;
