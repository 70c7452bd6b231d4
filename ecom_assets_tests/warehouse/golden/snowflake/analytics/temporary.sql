CREATE OR REPLACE TEMPORARY TABLE placed_events (
  event_date DATE,
  source_filename VARCHAR,
  source_row_number BIGINT,
  is_new BOOLEAN,
  is_repeat BOOLEAN,
  earlier_event_date DATE,
  earlier_filename VARCHAR,
  earlier_row_number BIGINT
);

CREATE OR REPLACE TEMPORARY TABLE moving_sales AS
SELECT
  *
FROM analytics.fact_sales
WHERE
  1 = 0;

CREATE OR REPLACE TEMPORARY TABLE published_days (
  event_date DATE,
  staged_at TIMESTAMPNTZ
);
