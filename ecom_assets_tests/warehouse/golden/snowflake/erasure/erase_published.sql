INSERT INTO published_days (
  event_date,
  staged_at,
  files,
  lines,
  rules_version,
  decisions
)
SELECT
  event_date,
  MAX(staged_at) AS staged_at,
  MAX(files) AS files,
  MAX(lines) AS lines,
  MAX(rules_version) AS rules_version,
  MAX(decisions) AS decisions
FROM analytics.fact_sales_days
WHERE
  event_date IN (
    SELECT
      f.event_date
    FROM analytics.fact_sales AS f
    WHERE
      SHA2(CONCAT('it\'s', order_id), 256) IN (
        SELECT
          e.customer_hash
        FROM raw.erased_customers AS e
        WHERE
          e.salt = 'it\'s'
      )
  )
GROUP BY
  event_date;

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
WITH sold AS (
  SELECT
    f.event_date,
    f.currency,
    f.order_id,
    f.quantity,
    f.total_amount,
    COALESCE(
      SHA2(CONCAT('it\'s', order_id), 256) IN (
        SELECT
          e.customer_hash
        FROM raw.erased_customers AS e
        WHERE
          e.salt = 'it\'s'
      ),
      FALSE
    ) AS is_erased
  FROM analytics.fact_sales AS f
  WHERE
    f.event_date IN (
      SELECT
        p.event_date
      FROM published_days AS p
    )
)
SELECT
  CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP_NTZ) AS published_at,
  'it\'s' AS run_id,
  s.event_date,
  s.currency,
  'erased' AS cause,
  MAX(p.rules_version) AS rules_version_before,
  MAX(p.rules_version) AS rules_version_after,
  COUNT(DISTINCT IFF(s.is_erased, NULL, s.order_id)) AS orders,
  COUNT_IF(s.is_erased) AS sales_before,
  0 AS sales_after,
  SUM(IFF(s.is_erased, s.quantity, 0)) AS units_before,
  0 AS units_after,
  SUM(IFF(s.is_erased, s.total_amount, 0)) AS revenue_before,
  0 AS revenue_after
FROM sold AS s
INNER JOIN published_days AS p
  ON p.event_date = s.event_date
GROUP BY
  s.event_date,
  s.currency
HAVING
  COUNT_IF(s.is_erased) > 0;

DELETE FROM analytics.fact_sales
WHERE
  SHA2(CONCAT('it\'s', order_id), 256) IN (
    SELECT
      e.customer_hash
    FROM raw.erased_customers AS e
    WHERE
      e.salt = 'it\'s'
  );

DELETE FROM staging.stg_sales_repeats
WHERE
  SHA2(CONCAT('it\'s', order_id), 256) IN (
    SELECT
      e.customer_hash
    FROM raw.erased_customers AS e
    WHERE
      e.salt = 'it\'s'
  );
