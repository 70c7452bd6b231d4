WITH theirs AS (
  SELECT
    event_date
  FROM analytics.fact_sales
  WHERE
    SHA256('it''s' || order_id) IN (
      SELECT
        e.customer_hash
      FROM raw.erased_customers AS e
      WHERE
        e.salt = 'it''s'
    )
  UNION ALL
  SELECT
    event_date
  FROM staging.stg_sales_repeats
  WHERE
    SHA256('it''s' || order_id) IN (
      SELECT
        e.customer_hash
      FROM raw.erased_customers AS e
      WHERE
        e.salt = 'it''s'
    )
  UNION ALL
  SELECT
    event_date
  FROM staging.stg_sales_clean
  WHERE
    SHA256('it''s' || order_id) IN (
      SELECT
        e.customer_hash
      FROM raw.erased_customers AS e
      WHERE
        e.salt = 'it''s'
    )
  UNION ALL
  SELECT
    j.event_date
  FROM staging.stg_sales_rejects AS j
  INNER JOIN raw.raw_sales AS r
    ON r.source_filename = j.source_filename
    AND r.source_row_number = j.source_row_number
    AND r.ingestion_ts = j.ingestion_ts
    AND r.raw IS NULL
    AND r.raw_text IS NULL
), published AS (
  SELECT
    event_date,
    MAX(staged_at) AS staged_at
  FROM analytics.fact_sales_days
  GROUP BY
    event_date
)
SELECT
  t.event_date,
  COALESCE(q.staged_along_with, t.event_date) AS staged_with,
  COALESCE(
    q.publishable
    AND q.evaluated_at = p.staged_at
    AND q.rules_version = '08def45a6aac',
    FALSE
  ) AS is_as_published
FROM (
  SELECT DISTINCT
    event_date
  FROM theirs
) AS t
LEFT JOIN staging.sales_quality AS q
  ON q.event_date = t.event_date
LEFT JOIN published AS p
  ON p.event_date = t.event_date
ORDER BY
  t.event_date;
