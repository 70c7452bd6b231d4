WITH compared AS (
  SELECT
    event_date,
    SUM(compared_orders) AS compared_orders,
    SUM(CASE WHEN (
      FALSE
    ) THEN sale_rows ELSE 0 END) AS sale_rows
  FROM staging.sales_quality_files
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  GROUP BY
    event_date
), off AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY event_date ORDER BY source_filename, source_row_number) AS place,
    COUNT(*) OVER (PARTITION BY event_date) AS off_orders
  FROM staging.sales_order_totals
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
)
SELECT
  compared.event_date,
  compared.compared_orders,
  compared.sale_rows,
  COALESCE(off.off_orders, 0) AS off_orders,
  off.source_filename,
  off.source_row_number,
  off.order_id,
  off.currency,
  off.stated_amount,
  off.counted_amount
FROM compared
LEFT JOIN off
  ON off.event_date = compared.event_date AND off.place <= 7
WHERE
  compared.sale_rows > 0
ORDER BY
  compared.event_date,
  off.place;
