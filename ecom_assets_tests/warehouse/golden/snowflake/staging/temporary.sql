CREATE OR REPLACE TEMPORARY TABLE parsed_sales (
  event_id VARCHAR,
  event_ts TIMESTAMPNTZ,
  order_id VARCHAR,
  customer_id BIGINT,
  session_id VARCHAR,
  product_id BIGINT,
  category VARCHAR,
  quantity DECIMAL(18, 4),
  unit_price DECIMAL(18, 4),
  total_amount DECIMAL(18, 4),
  currency VARCHAR,
  payment_method VARCHAR,
  country VARCHAR,
  device VARCHAR,
  marketing_channel VARCHAR,
  source_filename VARCHAR,
  source_row_number BIGINT,
  batch_date DATE,
  load_id VARCHAR,
  ingestion_ts TIMESTAMPNTZ,
  is_object BOOLEAN,
  quantity_sign BIGINT,
  unit_price_sign BIGINT,
  total_amount_sign BIGINT,
  is_rounded BOOLEAN,
  event_date DATE
);

CREATE OR REPLACE TEMPORARY TABLE duplicate_events (
  event_date DATE,
  source_filename VARCHAR,
  source_row_number BIGINT
);
