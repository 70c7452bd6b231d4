CREATE OR REPLACE TEMPORARY TABLE placed_events (
  event_date DATE,
  source_filename VARCHAR,
  source_row_number BIGINT,
  source_item_number BIGINT,
  is_new BOOLEAN,
  is_repeat BOOLEAN,
  earlier_event_date DATE,
  earlier_filename VARCHAR,
  earlier_row_number BIGINT,
  earlier_item_number BIGINT
);

CREATE OR REPLACE TEMPORARY TABLE moving_sales (
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
  earlier_item_number BIGINT,
  was_repeat BOOLEAN,
  is_repeat BOOLEAN
);

CREATE OR REPLACE TEMPORARY TABLE published_days (
  event_date DATE,
  staged_at TIMESTAMP_NTZ,
  files BIGINT,
  lines BIGINT,
  rules_version VARCHAR,
  decisions VARCHAR
);

CREATE OR REPLACE TEMPORARY TABLE days_before (
  event_date DATE,
  staged_at TIMESTAMP_NTZ,
  rules_version VARCHAR,
  decisions VARCHAR
);

CREATE OR REPLACE TEMPORARY TABLE changed_sales (
  event_date DATE,
  source_filename VARCHAR,
  source_row_number BIGINT,
  source_item_number BIGINT,
  event_id VARCHAR,
  was_there BOOLEAN,
  is_there BOOLEAN,
  version_before TIMESTAMP_NTZ,
  version_after TIMESTAMP_NTZ,
  currency_before VARCHAR,
  currency_after VARCHAR,
  units_before DECIMAL(18, 4),
  units_after DECIMAL(18, 4),
  revenue_before DECIMAL(18, 4),
  revenue_after DECIMAL(18, 4)
);
