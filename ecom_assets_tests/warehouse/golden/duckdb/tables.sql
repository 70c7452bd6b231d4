CREATE SCHEMA IF NOT EXISTS raw;

CREATE SCHEMA IF NOT EXISTS staging;

CREATE SCHEMA IF NOT EXISTS analytics;

CREATE TABLE IF NOT EXISTS raw.schema_version (
  version BIGINT NOT NULL,
  applied_at TIMESTAMP NOT NULL,
  project_version TEXT NOT NULL,
  declared TEXT NOT NULL,
  time_zone TEXT
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
  CURRENT_TIMESTAMP AT TIME ZONE 'UTC',
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
  raw JSON USING COMPRESSION zstd,
  raw_text TEXT,
  source_filename TEXT NOT NULL,
  source_row_number BIGINT NOT NULL,
  batch_date DATE NOT NULL,
  load_id TEXT NOT NULL,
  ingestion_ts TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS raw.raw_sales_files (
  source_filename TEXT NOT NULL,
  batch_date DATE NOT NULL,
  etag TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  last_modified TIMESTAMP NOT NULL,
  row_count BIGINT,
  load_id TEXT NOT NULL,
  loaded_at TIMESTAMP NOT NULL,
  superseded_at TIMESTAMP,
  has_erased_lines BOOLEAN
);

CREATE TABLE IF NOT EXISTS raw.erased_customers (
  salt TEXT NOT NULL,
  customer_hash TEXT NOT NULL,
  erased_at TIMESTAMP NOT NULL,
  run_id TEXT
);

CREATE TABLE IF NOT EXISTS staging.stg_sales_clean (
  event_id TEXT,
  event_ts TIMESTAMP,
  event_date DATE,
  order_id TEXT,
  quantity DECIMAL(18, 4),
  total_amount DECIMAL(18, 4),
  currency TEXT,
  points BIGINT,
  country TEXT,
  device TEXT,
  source_filename TEXT,
  source_row_number BIGINT,
  source_item_number BIGINT,
  source TEXT,
  source_version DECIMAL(24, 6),
  ingestion_ts TIMESTAMP,
  allowed_rules TEXT
);

CREATE TABLE IF NOT EXISTS staging.stg_sales_rejects (
  reason TEXT NOT NULL,
  reasons TEXT NOT NULL,
  raw JSON USING COMPRESSION zstd,
  raw_text TEXT,
  event_date DATE NOT NULL,
  source_filename TEXT NOT NULL,
  source_row_number BIGINT NOT NULL,
  source_item_number BIGINT NOT NULL,
  source TEXT NOT NULL,
  ingestion_ts TIMESTAMP NOT NULL,
  rules_version TEXT NOT NULL,
  run_id TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.decisions (
  decision_id TEXT NOT NULL,
  decision TEXT NOT NULL,
  first_day DATE,
  last_day DATE,
  source_filename TEXT,
  etag TEXT,
  source TEXT,
  rule TEXT,
  up_to DECIMAL(9, 6),
  ends TEXT,
  decided_by TEXT NOT NULL,
  decided_at TIMESTAMP NOT NULL,
  why TEXT NOT NULL,
  effect TEXT NOT NULL,
  run_id TEXT
);

CREATE TABLE IF NOT EXISTS staging.sales_quality (
  event_date DATE NOT NULL,
  raw_rows BIGINT NOT NULL,
  clean_rows BIGINT NOT NULL,
  reject_rows BIGINT NOT NULL,
  reject_rate DECIMAL(9, 6) NOT NULL,
  publishable BOOLEAN NOT NULL,
  rules_version TEXT NOT NULL,
  run_id TEXT NOT NULL,
  evaluated_at TIMESTAMP NOT NULL,
  held_for TEXT,
  reject_rate_limit DECIMAL(9, 6),
  earliest_event_date DATE,
  staged_along_with DATE,
  rounded_rows BIGINT,
  other_rows BIGINT,
  sale_rows BIGINT,
  replaced_rows BIGINT,
  reject_money_rate DECIMAL(9, 6),
  held_rule TEXT,
  held_rule_rows BIGINT,
  set_aside_rows BIGINT,
  allowed_rows BIGINT,
  decisions TEXT,
  decided_by TEXT
);

CREATE TABLE IF NOT EXISTS staging.sales_quality_fields (
  event_date DATE NOT NULL,
  field TEXT NOT NULL,
  filled_rows BIGINT NOT NULL,
  absent_rows BIGINT NOT NULL,
  unfit_rows BIGINT NOT NULL,
  rounded_rows BIGINT NOT NULL,
  first_unfit TEXT,
  rules_version TEXT NOT NULL,
  run_id TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.sales_quality_files (
  event_date DATE NOT NULL,
  source_filename TEXT NOT NULL,
  source TEXT NOT NULL,
  batch_date DATE NOT NULL,
  ingestion_ts TIMESTAMP NOT NULL,
  line_rows BIGINT NOT NULL,
  other_rows BIGINT NOT NULL,
  sale_rows BIGINT NOT NULL,
  compared_orders BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.sales_order_totals (
  event_date DATE NOT NULL,
  source_filename TEXT NOT NULL,
  source_row_number BIGINT NOT NULL,
  order_id TEXT,
  currency TEXT,
  stated_amount DECIMAL(38, 4) NOT NULL,
  counted_amount DECIMAL(38, 4),
  rules_version TEXT NOT NULL,
  run_id TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS staging.sales_quality_rules (
  event_date DATE NOT NULL,
  rule TEXT NOT NULL,
  reason TEXT NOT NULL,
  reject_rows BIGINT NOT NULL,
  broken_rows BIGINT NOT NULL,
  rules_version TEXT NOT NULL,
  run_id TEXT NOT NULL,
  severity TEXT,
  limit_rate DECIMAL(9, 6)
);

CREATE TABLE IF NOT EXISTS staging.stg_sales_repeats (
  event_id TEXT,
  event_ts TIMESTAMP,
  event_date DATE,
  order_id TEXT,
  quantity DECIMAL(18, 4),
  total_amount DECIMAL(18, 4),
  currency TEXT,
  points BIGINT,
  country TEXT,
  device TEXT,
  source_filename TEXT,
  source_row_number BIGINT,
  source_item_number BIGINT,
  source TEXT,
  source_version DECIMAL(24, 6),
  ingestion_ts TIMESTAMP,
  allowed_rules TEXT,
  earlier_event_date DATE,
  earlier_filename TEXT,
  earlier_row_number BIGINT,
  earlier_item_number BIGINT
);

CREATE TABLE IF NOT EXISTS analytics.fact_sales (
  event_id TEXT,
  event_ts TIMESTAMP,
  event_date DATE,
  order_id TEXT,
  quantity DECIMAL(18, 4),
  total_amount DECIMAL(18, 4),
  currency TEXT,
  points BIGINT,
  country TEXT,
  device TEXT,
  source_filename TEXT,
  source_row_number BIGINT,
  source_item_number BIGINT,
  source TEXT,
  source_version DECIMAL(24, 6),
  ingestion_ts TIMESTAMP,
  allowed_rules TEXT
);

CREATE TABLE IF NOT EXISTS analytics.fact_sales_days (
  event_date DATE NOT NULL,
  currency TEXT,
  orders BIGINT NOT NULL,
  sales BIGINT NOT NULL,
  units DECIMAL(38, 4) NOT NULL,
  revenue DECIMAL(38, 4) NOT NULL,
  staged_at TIMESTAMP NOT NULL,
  files BIGINT,
  lines BIGINT,
  rules_version TEXT,
  decisions TEXT
);

CREATE TABLE IF NOT EXISTS analytics.fact_sales_breakdowns (
  event_date DATE NOT NULL,
  currency TEXT,
  breakdown TEXT NOT NULL,
  country TEXT,
  device TEXT,
  sales BIGINT NOT NULL,
  units DECIMAL(38, 4) NOT NULL,
  revenue DECIMAL(38, 4) NOT NULL
);

CREATE TABLE IF NOT EXISTS analytics.fact_sales_changes (
  published_at TIMESTAMP NOT NULL,
  run_id TEXT,
  event_date DATE NOT NULL,
  currency TEXT,
  cause TEXT NOT NULL,
  rules_version_before TEXT,
  rules_version_after TEXT,
  orders BIGINT NOT NULL,
  sales_before BIGINT NOT NULL,
  sales_after BIGINT NOT NULL,
  units_before DECIMAL(38, 4) NOT NULL,
  units_after DECIMAL(38, 4) NOT NULL,
  revenue_before DECIMAL(38, 4) NOT NULL,
  revenue_after DECIMAL(38, 4) NOT NULL
);
