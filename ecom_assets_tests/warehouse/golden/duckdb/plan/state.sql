SELECT
  'staged' AS what,
  event_date,
  MAX(evaluated_at) AS changed_at,
  COUNT(*) AS row_count
FROM staging.sales_quality
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
GROUP BY
  event_date
UNION ALL
SELECT
  'published' AS what,
  event_date,
  MAX(staged_at) AS changed_at,
  COUNT(*) AS row_count
FROM analytics.fact_sales_days
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
GROUP BY
  event_date
UNION ALL
SELECT
  'loaded' AS what,
  batch_date AS event_date,
  MAX(
    CASE
      WHEN loaded_at IS NULL OR COALESCE(superseded_at, loaded_at) IS NULL
      THEN NULL
      ELSE GREATEST(loaded_at, COALESCE(superseded_at, loaded_at))
    END
  ) AS changed_at,
  COUNT(*) AS row_count
FROM raw.raw_sales_files
WHERE
  batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
GROUP BY
  batch_date
ORDER BY
  what,
  event_date;
