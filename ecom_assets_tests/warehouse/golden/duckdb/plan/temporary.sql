CREATE OR REPLACE TEMPORARY TABLE plan_changes (
  event_date DATE,
  change TEXT,
  reason_before TEXT,
  reason_after TEXT,
  source_filename TEXT,
  source_row_number BIGINT,
  source_item_number BIGINT
);
