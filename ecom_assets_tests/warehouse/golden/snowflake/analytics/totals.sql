INSERT INTO published_days (
  event_date,
  staged_at,
  files,
  lines,
  rules_version,
  decisions
)
WITH own_files AS (
  SELECT
    batch_date,
    COUNT(*) AS files
  FROM raw.raw_sales_files
  WHERE
    batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND superseded_at IS NULL
  GROUP BY
    batch_date
), files_with_lines AS (
  SELECT
    event_date,
    COUNT_IF(batch_date <> event_date) AS further_files,
    SUM(line_rows) AS lines
  FROM staging.sales_quality_files
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  GROUP BY
    event_date
)
SELECT
  days.event_date,
  days.staged_at,
  COALESCE(own_files.files, 0) + COALESCE(files_with_lines.further_files, 0) AS files,
  COALESCE(files_with_lines.lines, 0) AS lines,
  q.rules_version,
  q.decisions
FROM (
  SELECT
    event_date,
    staged_at
  FROM (VALUES
    (CAST('2026-01-05' AS DATE), CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP_NTZ))) AS v(event_date, staged_at)
) AS days
LEFT JOIN own_files
  ON own_files.batch_date = days.event_date
LEFT JOIN files_with_lines
  ON files_with_lines.event_date = days.event_date
LEFT JOIN staging.sales_quality AS q
  ON q.event_date = days.event_date AND q.evaluated_at = days.staged_at
UNION ALL
SELECT
  event_date,
  MAX(staged_at) AS staged_at,
  MAX(files) AS files,
  MAX(lines) AS lines,
  MAX(rules_version) AS rules_version,
  MAX(decisions) AS decisions
FROM analytics.fact_sales_days
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND event_date IN (
    SELECT
      p.event_date
    FROM placed_events AS p
    WHERE
      NOT p.is_new
  )
  AND event_date <> ALL (
    SELECT
      days.event_date
    FROM (
      SELECT
        event_date,
        staged_at
      FROM (VALUES
        (CAST('2026-01-05' AS DATE), CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP_NTZ))) AS v(event_date, staged_at)
    ) AS days
  )
GROUP BY
  event_date;

DELETE FROM analytics.fact_sales_days
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND event_date IN (
    SELECT
      p.event_date
    FROM published_days AS p
  );

DELETE FROM analytics.fact_sales_breakdowns
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND event_date IN (
    SELECT
      p.event_date
    FROM published_days AS p
  );

INSERT INTO analytics.fact_sales_days (
  event_date,
  currency,
  orders,
  sales,
  units,
  revenue,
  staged_at,
  files,
  lines,
  rules_version,
  decisions
)
WITH totals AS (
  SELECT
    event_date,
    currency,
    COUNT(DISTINCT order_id) AS orders,
    COUNT(*) AS sales,
    SUM(quantity) AS units,
    SUM(total_amount) AS revenue
  FROM analytics.fact_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND event_date IN (
      SELECT
        p.event_date
      FROM published_days AS p
    )
  GROUP BY
    event_date,
    currency
  UNION ALL
  SELECT
    p.event_date,
    NULL AS currency,
    0 AS orders,
    0 AS sales,
    0 AS units,
    0 AS revenue
  FROM published_days AS p
  WHERE
    p.event_date <> ALL (
      SELECT
        f.event_date
      FROM analytics.fact_sales AS f
      WHERE
        f.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    )
)
SELECT
  totals.event_date,
  totals.currency,
  totals.orders,
  totals.sales,
  totals.units,
  totals.revenue,
  p.staged_at,
  p.files,
  p.lines,
  p.rules_version,
  p.decisions
FROM totals
INNER JOIN published_days AS p
  ON p.event_date = totals.event_date;

INSERT INTO analytics.fact_sales_breakdowns (
  event_date,
  currency,
  breakdown,
  country,
  device,
  sales,
  units,
  revenue
)
SELECT
  event_date,
  currency,
  CASE
    WHEN GROUPING(country) = 0
    THEN 'country'
    WHEN GROUPING(device) = 0
    THEN 'device'
  END AS breakdown,
  country,
  device,
  COUNT(*) AS sales,
  SUM(quantity) AS units,
  SUM(total_amount) AS revenue
FROM analytics.fact_sales
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND event_date IN (
    SELECT
      p.event_date
    FROM published_days AS p
  )
GROUP BY
  GROUPING SETS (
    (event_date, currency, country),
    (event_date, currency, device)
  );
