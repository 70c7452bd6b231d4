WITH fact AS (
  SELECT
    event_date,
    COUNT_IF(is_in_fact) AS fact_rows,
    COUNT_IF(NOT is_in_fact) AS repeat_rows,
    SUM(quantity) AS quantity,
    SUM(total_amount) AS total_amount
  FROM (
    SELECT
      event_id,
      event_date,
      source_filename,
      source_row_number,
      source_item_number,
      quantity,
      total_amount,
      TRUE AS is_in_fact
    FROM analytics.fact_sales
    WHERE
      event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    UNION ALL
    SELECT
      event_id,
      event_date,
      source_filename,
      source_row_number,
      source_item_number,
      quantity,
      total_amount,
      FALSE AS is_in_fact
    FROM staging.stg_sales_repeats
    WHERE
      event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  ) AS published
  GROUP BY
    event_date
), clean AS (
  SELECT
    event_date,
    COUNT(*) AS row_count,
    SUM(quantity) AS quantity,
    SUM(total_amount) AS total_amount
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  GROUP BY
    event_date
)
SELECT
  days.event_date,
  COALESCE(fact.fact_rows, 0) AS fact_rows,
  COALESCE(fact.repeat_rows, 0) AS repeat_rows,
  COALESCE(clean.row_count, 0) AS clean_rows,
  COALESCE(fact.quantity, 0) AS published_quantity,
  COALESCE(clean.quantity, 0) AS clean_quantity,
  COALESCE(fact.total_amount, 0) AS published_amount,
  COALESCE(clean.total_amount, 0) AS clean_amount,
  q.publishable,
  q.sale_rows,
  q.reject_rows,
  q.replaced_rows,
  q.held_for,
  q.reject_rate_limit,
  q.reject_money_rate,
  q.held_rule,
  q.held_rule_rows,
  q.decided_by
FROM (
  SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
) AS days
LEFT JOIN fact
  ON fact.event_date = days.event_date
LEFT JOIN clean
  ON clean.event_date = days.event_date
LEFT JOIN staging.sales_quality AS q
  ON q.event_date = days.event_date
ORDER BY
  days.event_date;
