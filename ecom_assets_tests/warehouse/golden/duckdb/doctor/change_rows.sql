INSERT INTO raw.raw_sales
SELECT
  *
FROM raw.raw_sales
WHERE
  1 = 0;

UPDATE raw.raw_sales SET ingestion_ts = ingestion_ts
WHERE
  1 = 0;

DELETE FROM raw.raw_sales
WHERE
  1 = 0;

INSERT INTO raw.raw_sales_files
SELECT
  *
FROM raw.raw_sales_files
WHERE
  1 = 0;

UPDATE raw.raw_sales_files SET superseded_at = superseded_at
WHERE
  1 = 0;

DELETE FROM raw.raw_sales_files
WHERE
  1 = 0;

INSERT INTO staging.stg_sales_clean
SELECT
  *
FROM staging.stg_sales_clean
WHERE
  1 = 0;

UPDATE staging.stg_sales_clean SET ingestion_ts = ingestion_ts
WHERE
  1 = 0;

DELETE FROM staging.stg_sales_clean
WHERE
  1 = 0;

INSERT INTO staging.stg_sales_repeats
SELECT
  *
FROM staging.stg_sales_repeats
WHERE
  1 = 0;

UPDATE staging.stg_sales_repeats SET ingestion_ts = ingestion_ts
WHERE
  1 = 0;

DELETE FROM staging.stg_sales_repeats
WHERE
  1 = 0;

INSERT INTO staging.stg_sales_rejects
SELECT
  *
FROM staging.stg_sales_rejects
WHERE
  1 = 0;

UPDATE staging.stg_sales_rejects SET run_id = run_id
WHERE
  1 = 0;

DELETE FROM staging.stg_sales_rejects
WHERE
  1 = 0;

INSERT INTO staging.sales_quality
SELECT
  *
FROM staging.sales_quality
WHERE
  1 = 0;

UPDATE staging.sales_quality SET evaluated_at = evaluated_at
WHERE
  1 = 0;

DELETE FROM staging.sales_quality
WHERE
  1 = 0;

INSERT INTO staging.sales_quality_rules
SELECT
  *
FROM staging.sales_quality_rules
WHERE
  1 = 0;

UPDATE staging.sales_quality_rules SET run_id = run_id
WHERE
  1 = 0;

DELETE FROM staging.sales_quality_rules
WHERE
  1 = 0;

INSERT INTO analytics.fact_sales
SELECT
  *
FROM analytics.fact_sales
WHERE
  1 = 0;

UPDATE analytics.fact_sales SET ingestion_ts = ingestion_ts
WHERE
  1 = 0;

DELETE FROM analytics.fact_sales
WHERE
  1 = 0;

INSERT INTO analytics.fact_sales_days
SELECT
  *
FROM analytics.fact_sales_days
WHERE
  1 = 0;

UPDATE analytics.fact_sales_days SET sales = sales
WHERE
  1 = 0;

DELETE FROM analytics.fact_sales_days
WHERE
  1 = 0;

INSERT INTO analytics.fact_sales_breakdowns
SELECT
  *
FROM analytics.fact_sales_breakdowns
WHERE
  1 = 0;

UPDATE analytics.fact_sales_breakdowns SET sales = sales
WHERE
  1 = 0;

DELETE FROM analytics.fact_sales_breakdowns
WHERE
  1 = 0;
