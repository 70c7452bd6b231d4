INSERT INTO analytics.fact_sales_changes (
  published_at,
  run_id,
  event_date,
  currency,
  cause,
  rules_version_before,
  rules_version_after,
  orders,
  sales_before,
  sales_after,
  units_before,
  units_after,
  revenue_before,
  revenue_after
)
WITH files AS (
  SELECT
    changed.event_date,
    changed.source_filename,
    MIN(f.batch_date) AS batch_date,
    COUNT_IF(
      (
        f.loaded_at <= b.staged_at AND COALESCE(f.superseded_at > b.staged_at, TRUE)
      ) IS TRUE
    ) > 0 AS was_there,
    MAX(
      CASE
        WHEN f.loaded_at <= p.staged_at AND COALESCE(f.superseded_at > p.staged_at, TRUE)
        THEN f.loaded_at
        ELSE NULL
      END
    ) AS version_now
  FROM (
    SELECT DISTINCT
      event_date,
      source_filename
    FROM changed_sales
  ) AS changed
  INNER JOIN days_before AS b
    ON b.event_date = changed.event_date
  INNER JOIN published_days AS p
    ON p.event_date = changed.event_date
  INNER JOIN raw.raw_sales_files AS f
    ON f.source_filename = changed.source_filename
  GROUP BY
    changed.event_date,
    changed.source_filename
), corrected_days AS (
  SELECT DISTINCT
    batch_date
  FROM raw.raw_sales_files
  WHERE
    CONTAINS(source_filename, '.corrections.')
), ids_that_left AS (
  SELECT DISTINCT
    event_date,
    event_id
  FROM changed_sales
  WHERE
    was_there AND NOT is_there
), explained AS (
  SELECT
    c.*,
    CASE
      WHEN c.was_there AND c.is_there
      THEN CASE
        WHEN c.version_after = c.version_before
        THEN 'rules or mapping'
        ELSE 'file rewritten'
      END
      WHEN c.version_after = c.version_before
      THEN 'repeats'
      WHEN c.was_there AND f.version_now IS NULL
      THEN 'file gone'
      WHEN c.was_there AND f.version_now <> c.version_before
      THEN 'file rewritten'
      WHEN c.was_there AND COALESCE(r.reason IN ('Duplicate event_id'), FALSE)
      THEN 'repeats'
      WHEN c.was_there AND COALESCE(b.rules_version <> p.rules_version, TRUE)
      THEN 'rules or mapping'
      WHEN c.was_there AND b.decisions IS DISTINCT FROM p.decisions
      THEN 'decision'
      WHEN c.was_there AND r.reason IS NULL AND NOT k.batch_date IS NULL
      THEN 'corrected'
      WHEN c.was_there
      THEN 'rules or mapping'
      WHEN c.version_after > b.staged_at
      THEN CASE WHEN f.was_there THEN 'file rewritten' ELSE 'new or late lines' END
      WHEN COALESCE(b.rules_version <> p.rules_version, TRUE)
      THEN 'rules or mapping'
      WHEN b.decisions IS DISTINCT FROM p.decisions
      THEN 'decision'
      WHEN f.batch_date <> c.event_date AND i.event_id IS NULL
      THEN 'new or late lines'
      ELSE 'repeats'
    END AS cause
  FROM changed_sales AS c
  INNER JOIN days_before AS b
    ON b.event_date = c.event_date
  INNER JOIN published_days AS p
    ON p.event_date = c.event_date
  LEFT JOIN files AS f
    ON f.event_date = c.event_date AND f.source_filename = c.source_filename
  LEFT JOIN corrected_days AS k
    ON k.batch_date = f.batch_date
  LEFT JOIN staging.stg_sales_rejects AS r
    ON c.was_there
    AND NOT c.is_there
    AND r.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND r.event_date = c.event_date
    AND r.source_filename = c.source_filename
    AND r.source_row_number = c.source_row_number
    AND r.source_item_number = c.source_item_number
  LEFT JOIN ids_that_left AS i
    ON c.is_there AND i.event_date = c.event_date AND i.event_id = c.event_id
), sides AS (
  SELECT
    event_date,
    currency_before AS currency,
    cause,
    1 AS sales_before,
    0 AS sales_after,
    units_before,
    0 AS units_after,
    revenue_before,
    0 AS revenue_after
  FROM explained
  WHERE
    was_there
  UNION ALL
  SELECT
    event_date,
    currency_after AS currency,
    cause,
    0 AS sales_before,
    1 AS sales_after,
    0 AS units_before,
    units_after,
    0 AS revenue_before,
    revenue_after
  FROM explained
  WHERE
    is_there
  UNION ALL
  SELECT
    event_date,
    currency,
    'repeats' AS cause,
    CASE WHEN is_repeat THEN 1 ELSE 0 END AS sales_before,
    CASE WHEN is_repeat THEN 0 ELSE 1 END AS sales_after,
    CASE WHEN is_repeat THEN quantity ELSE 0 END AS units_before,
    CASE WHEN is_repeat THEN 0 ELSE quantity END AS units_after,
    CASE WHEN is_repeat THEN total_amount ELSE 0 END AS revenue_before,
    CASE WHEN is_repeat THEN 0 ELSE total_amount END AS revenue_after
  FROM moving_sales
  WHERE
    was_repeat <> is_repeat
  UNION ALL
  SELECT
    event_date,
    currency,
    'first published' AS cause,
    0 AS sales_before,
    sales AS sales_after,
    0 AS units_before,
    units AS units_after,
    0 AS revenue_before,
    revenue AS revenue_after
  FROM analytics.fact_sales_days
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND event_date IN (
      SELECT
        days.event_date
      FROM (
        SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
      ) AS days
    )
    AND event_date <> ALL (
      SELECT
        b.event_date
      FROM days_before AS b
    )
), summed AS (
  SELECT
    event_date,
    currency,
    cause,
    SUM(sales_before) AS sales_before,
    SUM(sales_after) AS sales_after,
    SUM(units_before) AS units_before,
    SUM(units_after) AS units_after,
    SUM(revenue_before) AS revenue_before,
    SUM(revenue_after) AS revenue_after
  FROM sides
  GROUP BY
    event_date,
    currency,
    cause
)
SELECT
  CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP) AS published_at,
  'it''s' AS run_id,
  s.event_date,
  s.currency,
  s.cause,
  b.rules_version AS rules_version_before,
  p.rules_version AS rules_version_after,
  COALESCE(d.orders, 0) AS orders,
  s.sales_before,
  s.sales_after,
  s.units_before,
  s.units_after,
  s.revenue_before,
  s.revenue_after
FROM summed AS s
INNER JOIN published_days AS p
  ON p.event_date = s.event_date
LEFT JOIN days_before AS b
  ON b.event_date = s.event_date
LEFT JOIN analytics.fact_sales_days AS d
  ON d.event_date = s.event_date AND d.currency IS NOT DISTINCT FROM s.currency;
