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
  is_repeat BOOLEAN
);

CREATE OR REPLACE TEMPORARY TABLE published_days (
  event_date DATE,
  staged_at TIMESTAMP,
  files BIGINT,
  lines BIGINT
);
