CREATE OR REPLACE TEMPORARY TABLE parsed_sales (
  event_id VARCHAR,
  event_ts TIMESTAMPNTZ,
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
  batch_date DATE,
  load_id VARCHAR,
  ingestion_ts TIMESTAMPNTZ,
  is_object BOOLEAN,
  is_sale BOOLEAN,
  has_items BOOLEAN,
  order_stated DECIMAL(19, 8),
  order_further DECIMAL(19, 8),
  quantity_sign BIGINT,
  total_amount_sign BIGINT,
  absent_fields VARCHAR,
  unfit_fields VARCHAR,
  rounded_fields VARCHAR,
  event_date DATE
);

CREATE OR REPLACE TEMPORARY TABLE duplicate_events (
  event_date DATE,
  source_filename VARCHAR,
  source_row_number BIGINT,
  source_item_number BIGINT,
  is_replaced BOOLEAN
);
