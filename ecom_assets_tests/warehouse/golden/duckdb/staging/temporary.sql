CREATE OR REPLACE TEMPORARY TABLE parsed_sales (
  event_id TEXT,
  event_ts TIMESTAMP,
  order_id TEXT,
  customer_id BIGINT,
  session_id TEXT,
  product_id BIGINT,
  category TEXT,
  quantity DECIMAL(18, 4),
  unit_price DECIMAL(18, 4),
  total_amount DECIMAL(18, 4),
  currency TEXT,
  payment_method TEXT,
  country TEXT,
  device TEXT,
  marketing_channel TEXT,
  source_filename TEXT,
  source_row_number BIGINT,
  batch_date DATE,
  load_id TEXT,
  ingestion_ts TIMESTAMP,
  is_object BOOLEAN,
  quantity_sign BIGINT,
  unit_price_sign BIGINT,
  total_amount_sign BIGINT,
  is_rounded BOOLEAN,
  event_date DATE
);

CREATE OR REPLACE TEMPORARY TABLE duplicate_events (
  event_date DATE,
  source_filename TEXT,
  source_row_number BIGINT
);
