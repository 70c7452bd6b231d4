SELECT
  event_date,
  raw_rows,
  clean_rows,
  reject_rows,
  reject_rate,
  publishable,
  rules_version,
  run_id,
  evaluated_at,
  held_for,
  reject_rate_limit,
  earliest_event_date,
  staged_along_with,
  rounded_rows,
  other_rows,
  sale_rows,
  replaced_rows,
  reject_money_rate,
  held_rule,
  held_rule_rows,
  set_aside_rows,
  allowed_rows,
  decisions,
  decided_by
FROM staging.sales_quality
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
ORDER BY
  event_date;
