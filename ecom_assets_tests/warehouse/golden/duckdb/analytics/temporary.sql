CREATE OR REPLACE TEMPORARY TABLE placed_events (
  event_date DATE,
  source_filename TEXT,
  source_row_number BIGINT,
  source_item_number BIGINT,
  is_new BOOLEAN,
  is_repeat BOOLEAN,
  earlier_event_date DATE,
  earlier_filename TEXT,
  earlier_row_number BIGINT,
  earlier_item_number BIGINT
);

CREATE OR REPLACE TEMPORARY TABLE moving_sales (
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
  earlier_item_number BIGINT,
  was_repeat BOOLEAN,
  is_repeat BOOLEAN
);

CREATE OR REPLACE TEMPORARY TABLE published_days (
  event_date DATE,
  staged_at TIMESTAMP,
  files BIGINT,
  lines BIGINT,
  rules_version TEXT,
  decisions TEXT
);

CREATE OR REPLACE TEMPORARY TABLE days_before (
  event_date DATE,
  staged_at TIMESTAMP,
  rules_version TEXT,
  decisions TEXT
);

CREATE OR REPLACE TEMPORARY TABLE changed_sales (
  event_date DATE,
  source_filename TEXT,
  source_row_number BIGINT,
  source_item_number BIGINT,
  event_id TEXT,
  was_there BOOLEAN,
  is_there BOOLEAN,
  version_before TIMESTAMP,
  version_after TIMESTAMP,
  currency_before TEXT,
  currency_after TEXT,
  units_before DECIMAL(18, 4),
  units_after DECIMAL(18, 4),
  revenue_before DECIMAL(18, 4),
  revenue_after DECIMAL(18, 4)
);
