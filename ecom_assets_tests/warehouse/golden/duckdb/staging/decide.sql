INSERT INTO staging.decisions (
  decision_id,
  decision,
  first_day,
  last_day,
  source_filename,
  etag,
  source,
  rule,
  up_to,
  ends,
  decided_by,
  decided_at,
  why,
  effect,
  run_id
)
SELECT
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL;
