UPDATE staging.stg_sales_clean SET source_item_number = 1, source = 'sale_line'
WHERE
  source_item_number IS NULL;

UPDATE staging.stg_sales_rejects SET source_item_number = 1, source = 'sale_line'
WHERE
  source_item_number IS NULL;

UPDATE staging.stg_sales_repeats SET source_item_number = 1, source = 'sale_line', earlier_item_number = 1
WHERE
  source_item_number IS NULL;

UPDATE analytics.fact_sales SET source_item_number = 1, source = 'sale_line'
WHERE
  source_item_number IS NULL;

UPDATE staging.sales_quality SET other_rows = 0, sale_rows = raw_rows, replaced_rows = 0
WHERE
  sale_rows IS NULL;

INSERT INTO staging.sales_quality_files (
  event_date,
  source_filename,
  source,
  batch_date,
  ingestion_ts,
  line_rows,
  other_rows,
  sale_rows,
  compared_orders
)
WITH staged AS (
  SELECT
    event_date,
    source_filename,
    ingestion_ts
  FROM staging.stg_sales_clean
  UNION ALL
  SELECT
    event_date,
    source_filename,
    ingestion_ts
  FROM staging.stg_sales_rejects
)
SELECT
  staged.event_date,
  staged.source_filename,
  'sale_line' AS source,
  MIN(f.batch_date) AS batch_date,
  staged.ingestion_ts,
  COUNT(*) AS line_rows,
  0 AS other_rows,
  COUNT(*) AS sale_rows,
  0 AS compared_orders
FROM staged
INNER JOIN raw.raw_sales_files AS f
  ON f.source_filename = staged.source_filename AND f.loaded_at = staged.ingestion_ts
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM staging.sales_quality_files
  )
GROUP BY
  staged.event_date,
  staged.source_filename,
  staged.ingestion_ts;
