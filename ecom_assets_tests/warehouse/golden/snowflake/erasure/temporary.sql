CREATE OR REPLACE TEMPORARY TABLE erased_lines (
  source_filename VARCHAR,
  source_row_number BIGINT,
  batch_date DATE,
  load_id VARCHAR,
  order_id VARCHAR,
  is_sale BOOLEAN,
  is_theirs BOOLEAN
);
