WITH old_rules AS (
  SELECT
    event_date,
    rule,
    broken_rows
  FROM staging.sales_quality_rules
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND severity = 'warn'
), new_rules AS (
  SELECT
    event_date,
    rule,
    broken_rows
  FROM plan_sales_quality_rules
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND severity = 'warn'
)
SELECT
  COALESCE(old_rules.event_date, new_rules.event_date) AS event_date,
  COALESCE(old_rules.rule, new_rules.rule) AS rule,
  COALESCE(old_rules.broken_rows, 0) AS sales_before,
  COALESCE(new_rules.broken_rows, 0) AS sales_after
FROM old_rules
FULL OUTER JOIN new_rules
  ON new_rules.event_date = old_rules.event_date AND new_rules.rule = old_rules.rule
WHERE
  COALESCE(old_rules.broken_rows, 0) <> COALESCE(new_rules.broken_rows, 0)
ORDER BY
  event_date,
  rule;
