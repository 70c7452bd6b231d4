SELECT
  event_id,
  event_date,
  source_filename,
  source_row_number,
  quantity,
  total_amount,
  TRUE AS is_in_fact
FROM analytics.fact_sales
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
UNION ALL
SELECT
  event_id,
  event_date,
  source_filename,
  source_row_number,
  quantity,
  total_amount,
  FALSE AS is_in_fact
FROM staging.stg_sales_repeats
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE);
