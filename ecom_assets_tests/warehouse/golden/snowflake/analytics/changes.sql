INSERT INTO days_before (
  event_date,
  staged_at,
  rules_version,
  decisions
)
SELECT
  c.event_date,
  COALESCE(MAX(f.staged_at), MAX(c.published_at)) AS staged_at,
  MAX(f.rules_version) AS rules_version,
  MAX(f.decisions) AS decisions
FROM analytics.fact_sales_changes AS c
LEFT JOIN analytics.fact_sales_days AS f
  ON f.event_date = c.event_date
WHERE
  c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
GROUP BY
  c.event_date;

INSERT INTO changed_sales (
  event_date,
  source_filename,
  source_row_number,
  source_item_number,
  event_id,
  was_there,
  is_there,
  version_before,
  version_after,
  currency_before,
  currency_after,
  units_before,
  units_after,
  revenue_before,
  revenue_after
)
WITH republished AS (
  SELECT
    days.event_date
  FROM (
    SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
  ) AS days
  WHERE
    days.event_date IN (
      SELECT
        b.event_date
      FROM days_before AS b
    )
), old_rows AS (
  SELECT
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    event_id,
    order_id,
    currency,
    quantity,
    total_amount,
    ingestion_ts,
    TRUE AS is_in_fact
  FROM analytics.fact_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND event_date IN (
      SELECT
        r.event_date
      FROM republished AS r
    )
  UNION ALL
  SELECT
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    event_id,
    order_id,
    currency,
    quantity,
    total_amount,
    ingestion_ts,
    FALSE AS is_in_fact
  FROM staging.stg_sales_repeats
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND event_date IN (
      SELECT
        r.event_date
      FROM republished AS r
    )
), new_rows AS (
  SELECT
    c.event_date,
    c.source_filename,
    c.source_row_number,
    c.source_item_number,
    c.event_id,
    c.order_id,
    c.currency,
    c.quantity,
    c.total_amount,
    c.ingestion_ts,
    p.source_row_number IS NULL AS is_in_fact
  FROM staging.stg_sales_clean AS c
  LEFT JOIN placed_events AS p
    ON p.event_date = c.event_date
    AND p.source_filename = c.source_filename
    AND p.source_row_number = c.source_row_number
    AND p.source_item_number = c.source_item_number
    AND p.is_new
  WHERE
    c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND c.event_date IN (
      SELECT
        r.event_date
      FROM republished AS r
    )
)
SELECT
  COALESCE(n.event_date, o.event_date) AS event_date,
  COALESCE(n.source_filename, o.source_filename) AS source_filename,
  COALESCE(n.source_row_number, o.source_row_number) AS source_row_number,
  COALESCE(n.source_item_number, o.source_item_number) AS source_item_number,
  COALESCE(n.event_id, o.event_id) AS event_id,
  COALESCE(o.is_in_fact, FALSE) AS was_there,
  COALESCE(n.is_in_fact, FALSE) AS is_there,
  o.ingestion_ts AS version_before,
  n.ingestion_ts AS version_after,
  o.currency AS currency_before,
  n.currency AS currency_after,
  o.quantity AS units_before,
  n.quantity AS units_after,
  o.total_amount AS revenue_before,
  n.total_amount AS revenue_after
FROM old_rows AS o
FULL OUTER JOIN new_rows AS n
  ON n.event_date = o.event_date
  AND n.source_filename = o.source_filename
  AND n.source_row_number = o.source_row_number
  AND n.source_item_number = o.source_item_number
WHERE
  COALESCE(o.is_in_fact, FALSE) <> COALESCE(n.is_in_fact, FALSE)
  OR (
    o.is_in_fact
    AND n.is_in_fact
    AND (
      o.total_amount <> n.total_amount
      OR o.quantity <> n.quantity
      OR o.currency IS DISTINCT FROM n.currency
      OR o.order_id IS DISTINCT FROM n.order_id
    )
  );
