CREATE OR REPLACE TEMPORARY TABLE erased_lines (
  source_filename TEXT,
  source_row_number BIGINT,
  batch_date DATE,
  load_id TEXT,
  order_id TEXT,
  is_sale BOOLEAN,
  is_theirs BOOLEAN
);
