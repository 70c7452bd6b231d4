DELETE FROM analytics.fact_sales
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

DELETE FROM analytics.fact_sales_days
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

INSERT INTO analytics.fact_sales (
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
FROM staging.stg_sales_clean
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
  )
ORDER BY
  event_date;

INSERT INTO analytics.fact_sales_days (
  event_date,
  currency,
  sales,
  revenue,
  staged_at
)
SELECT
  days.event_date,
  clean.currency,
  COUNT(clean.event_id) AS sales,
  COALESCE(SUM(clean.total_amount), 0) AS revenue,
  MAX(q.evaluated_at) AS staged_at
FROM (
  SELECT
    event_date
  FROM (VALUES
    (CAST('2026-01-05' AS DATE))) AS v(event_date)
) AS days
INNER JOIN staging.sales_quality AS q
  ON q.event_date = days.event_date
LEFT JOIN staging.stg_sales_clean AS clean
  ON clean.event_date = days.event_date
  AND clean.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
GROUP BY
  days.event_date,
  clean.currency;
