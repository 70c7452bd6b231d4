SELECT
  event_date,
  change,
  reason_before,
  reason_after,
  COUNT(*) AS sale_rows
FROM plan_changes
GROUP BY
  event_date,
  change,
  reason_before,
  reason_after
ORDER BY
  event_date,
  change,
  reason_before,
  reason_after;
