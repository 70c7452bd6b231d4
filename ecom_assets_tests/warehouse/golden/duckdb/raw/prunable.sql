WITH made AS (
  SELECT
    source_filename,
    ingestion_ts
  FROM staging.stg_sales_clean
  UNION
  SELECT
    source_filename,
    ingestion_ts
  FROM staging.stg_sales_rejects
  UNION
  SELECT
    source_filename,
    ingestion_ts
  FROM staging.stg_sales_repeats
  UNION
  SELECT
    source_filename,
    ingestion_ts
  FROM analytics.fact_sales
), loaded AS (
  SELECT
    load_id,
    source_filename,
    COUNT(*) AS raw_rows
  FROM raw.raw_sales
  GROUP BY
    load_id,
    source_filename
)
SELECT
  f.batch_date,
  f.source_filename,
  f.etag,
  f.load_id,
  f.superseded_at,
  loaded.raw_rows
FROM raw.raw_sales_files AS f
INNER JOIN loaded
  ON loaded.load_id = f.load_id AND loaded.source_filename = f.source_filename
LEFT JOIN made
  ON made.source_filename = f.source_filename AND made.ingestion_ts = f.loaded_at
WHERE
  f.superseded_at < CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP) AND made.source_filename IS NULL
ORDER BY
  f.batch_date,
  f.source_filename,
  f.superseded_at;
