CREATE OR REPLACE TEMPORARY TABLE plan_changes (
  event_date DATE,
  change VARCHAR,
  reason_before VARCHAR,
  reason_after VARCHAR,
  source_filename VARCHAR,
  source_row_number BIGINT,
  source_item_number BIGINT
);
