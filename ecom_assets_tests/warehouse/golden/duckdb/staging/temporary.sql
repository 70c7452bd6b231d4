CREATE OR REPLACE TEMPORARY TABLE parsed_sales (
  event_id TEXT,
  event_ts TIMESTAMP,
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
  batch_date DATE,
  load_id TEXT,
  ingestion_ts TIMESTAMP,
  is_object BOOLEAN,
  is_sale BOOLEAN,
  has_items BOOLEAN,
  order_stated DECIMAL(19, 8),
  order_further DECIMAL(19, 8),
  quantity_sign BIGINT,
  total_amount_sign BIGINT,
  absent_fields TEXT,
  unfit_fields TEXT,
  rounded_fields TEXT,
  event_date DATE
);

CREATE OR REPLACE TEMPORARY TABLE duplicate_events (
  event_date DATE,
  source_filename TEXT,
  source_row_number BIGINT,
  source_item_number BIGINT,
  is_replaced BOOLEAN
);
