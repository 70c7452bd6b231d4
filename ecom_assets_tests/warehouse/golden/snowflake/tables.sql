CREATE SCHEMA IF NOT EXISTS raw;

CREATE SCHEMA IF NOT EXISTS staging;

CREATE SCHEMA IF NOT EXISTS analytics;

CREATE TABLE IF NOT EXISTS raw.schema_version (
  version BIGINT NOT NULL,
  applied_at TIMESTAMP_NTZ NOT NULL,
  project_version VARCHAR NOT NULL,
  declared VARCHAR NOT NULL,
  time_zone VARCHAR
);

INSERT INTO raw.schema_version (
  version,
  applied_at,
  project_version,
  declared,
  time_zone
)
SELECT
  3,
  SYSDATE(),
  '0.1.0',
  'a944d507fe50',
  'UTC'
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM information_schema.tables
    WHERE
      UPPER(table_schema) = 'RAW' AND UPPER(table_name) = 'RAW_SALES'
  );

CREATE TABLE IF NOT EXISTS raw.raw_sales (
  raw VARIANT,
  raw_text VARCHAR,
  source_filename VARCHAR NOT NULL,
  source_row_number BIGINT NOT NULL,
  batch_date DATE NOT NULL,
  load_id VARCHAR NOT NULL,
  ingestion_ts TIMESTAMP_NTZ NOT NULL
);

CREATE TABLE IF NOT EXISTS raw.raw_sales_files (
  source_filename VARCHAR NOT NULL,
  batch_date DATE NOT NULL,
  etag VARCHAR NOT NULL,
  size_bytes BIGINT NOT NULL,
  last_modified TIMESTAMP_NTZ NOT NULL,
  row_count BIGINT,
  load_id VARCHAR NOT NULL,
  loaded_at TIMESTAMP_NTZ NOT NULL,
  superseded_at TIMESTAMP_NTZ,
  has_erased_lines BOOLEAN
);

CREATE TABLE IF NOT EXISTS raw.erased_customers (
  salt VARCHAR NOT NULL,
  customer_hash VARCHAR NOT NULL,
  erased_at TIMESTAMP_NTZ NOT NULL,
  run_id VARCHAR
);

CREATE TRANSIENT TABLE IF NOT EXISTS staging.stg_sales_clean (
  event_id VARCHAR,
  event_ts TIMESTAMP_NTZ,
  event_date DATE,
  order_id VARCHAR,
  quantity DECIMAL(18, 4),
  total_amount DECIMAL(18, 4),
  currency VARCHAR,
  points BIGINT,
  country VARCHAR,
  device VARCHAR,
  source_filename VARCHAR,
  source_row_number BIGINT,
  source_item_number BIGINT,
  source VARCHAR,
  source_version DECIMAL(24, 6),
  ingestion_ts TIMESTAMP_NTZ,
  allowed_rules VARCHAR
);

CREATE TRANSIENT TABLE IF NOT EXISTS staging.stg_sales_rejects (
  reason VARCHAR NOT NULL,
  reasons VARCHAR NOT NULL,
  raw VARIANT,
  raw_text VARCHAR,
  event_date DATE NOT NULL,
  source_filename VARCHAR NOT NULL,
  source_row_number BIGINT NOT NULL,
  source_item_number BIGINT NOT NULL,
  source VARCHAR NOT NULL,
  ingestion_ts TIMESTAMP_NTZ NOT NULL,
  rules_version VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.decisions (
  decision_id VARCHAR NOT NULL,
  decision VARCHAR NOT NULL,
  first_day DATE,
  last_day DATE,
  source_filename VARCHAR,
  etag VARCHAR,
  source VARCHAR,
  rule VARCHAR,
  up_to DECIMAL(9, 6),
  ends VARCHAR,
  decided_by VARCHAR NOT NULL,
  decided_at TIMESTAMP_NTZ NOT NULL,
  why VARCHAR NOT NULL,
  effect VARCHAR NOT NULL,
  run_id VARCHAR
);

CREATE TABLE IF NOT EXISTS staging.sales_quality (
  event_date DATE NOT NULL,
  raw_rows BIGINT NOT NULL,
  clean_rows BIGINT NOT NULL,
  reject_rows BIGINT NOT NULL,
  reject_rate DECIMAL(9, 6) NOT NULL,
  publishable BOOLEAN NOT NULL,
  rules_version VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  evaluated_at TIMESTAMP_NTZ NOT NULL,
  held_for VARCHAR,
  reject_rate_limit DECIMAL(9, 6),
  earliest_event_date DATE,
  staged_along_with DATE,
  rounded_rows BIGINT,
  other_rows BIGINT,
  sale_rows BIGINT,
  replaced_rows BIGINT,
  reject_money_rate DECIMAL(9, 6),
  held_rule VARCHAR,
  held_rule_rows BIGINT,
  set_aside_rows BIGINT,
  allowed_rows BIGINT,
  decisions VARCHAR,
  decided_by VARCHAR
);

CREATE TABLE IF NOT EXISTS staging.sales_quality_fields (
  event_date DATE NOT NULL,
  field VARCHAR NOT NULL,
  filled_rows BIGINT NOT NULL,
  absent_rows BIGINT NOT NULL,
  unfit_rows BIGINT NOT NULL,
  rounded_rows BIGINT NOT NULL,
  first_unfit VARCHAR,
  rules_version VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.sales_quality_files (
  event_date DATE NOT NULL,
  source_filename VARCHAR NOT NULL,
  source VARCHAR NOT NULL,
  batch_date DATE NOT NULL,
  ingestion_ts TIMESTAMP_NTZ NOT NULL,
  line_rows BIGINT NOT NULL,
  other_rows BIGINT NOT NULL,
  sale_rows BIGINT NOT NULL,
  compared_orders BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.sales_order_totals (
  event_date DATE NOT NULL,
  source_filename VARCHAR NOT NULL,
  source_row_number BIGINT NOT NULL,
  order_id VARCHAR,
  currency VARCHAR,
  stated_amount DECIMAL(38, 4) NOT NULL,
  counted_amount DECIMAL(38, 4),
  rules_version VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.sales_quality_rules (
  event_date DATE NOT NULL,
  rule VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  reject_rows BIGINT NOT NULL,
  broken_rows BIGINT NOT NULL,
  rules_version VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  severity VARCHAR,
  limit_rate DECIMAL(9, 6)
);

CREATE TABLE IF NOT EXISTS staging.stg_sales_repeats (
  event_id VARCHAR,
  event_ts TIMESTAMP_NTZ,
  event_date DATE,
  order_id VARCHAR,
  quantity DECIMAL(18, 4),
  total_amount DECIMAL(18, 4),
  currency VARCHAR,
  points BIGINT,
  country VARCHAR,
  device VARCHAR,
  source_filename VARCHAR,
  source_row_number BIGINT,
  source_item_number BIGINT,
  source VARCHAR,
  source_version DECIMAL(24, 6),
  ingestion_ts TIMESTAMP_NTZ,
  allowed_rules VARCHAR,
  earlier_event_date DATE,
  earlier_filename VARCHAR,
  earlier_row_number BIGINT,
  earlier_item_number BIGINT
);

CREATE TABLE IF NOT EXISTS analytics.fact_sales (
  event_id VARCHAR,
  event_ts TIMESTAMP_NTZ,
  event_date DATE,
  order_id VARCHAR,
  quantity DECIMAL(18, 4),
  total_amount DECIMAL(18, 4),
  currency VARCHAR,
  points BIGINT,
  country VARCHAR,
  device VARCHAR,
  source_filename VARCHAR,
  source_row_number BIGINT,
  source_item_number BIGINT,
  source VARCHAR,
  source_version DECIMAL(24, 6),
  ingestion_ts TIMESTAMP_NTZ,
  allowed_rules VARCHAR
);

CREATE TABLE IF NOT EXISTS analytics.fact_sales_days (
  event_date DATE NOT NULL,
  currency VARCHAR,
  orders BIGINT NOT NULL,
  sales BIGINT NOT NULL,
  units DECIMAL(38, 4) NOT NULL,
  revenue DECIMAL(38, 4) NOT NULL,
  staged_at TIMESTAMP_NTZ NOT NULL,
  files BIGINT,
  lines BIGINT,
  rules_version VARCHAR,
  decisions VARCHAR
);

CREATE TABLE IF NOT EXISTS analytics.fact_sales_breakdowns (
  event_date DATE NOT NULL,
  currency VARCHAR,
  breakdown VARCHAR NOT NULL,
  country VARCHAR,
  device VARCHAR,
  sales BIGINT NOT NULL,
  units DECIMAL(38, 4) NOT NULL,
  revenue DECIMAL(38, 4) NOT NULL
);

CREATE TABLE IF NOT EXISTS analytics.fact_sales_changes (
  published_at TIMESTAMP_NTZ NOT NULL,
  run_id VARCHAR,
  event_date DATE NOT NULL,
  currency VARCHAR,
  cause VARCHAR NOT NULL,
  rules_version_before VARCHAR,
  rules_version_after VARCHAR,
  orders BIGINT NOT NULL,
  sales_before BIGINT NOT NULL,
  sales_after BIGINT NOT NULL,
  units_before DECIMAL(38, 4) NOT NULL,
  units_after DECIMAL(38, 4) NOT NULL,
  revenue_before DECIMAL(38, 4) NOT NULL,
  revenue_after DECIMAL(38, 4) NOT NULL
);
