SELECT
  (
    SELECT
      COALESCE(MAX(DATE_DIFF('DAY', earliest_event_date, event_date)), 0) AS late_days
    FROM staging.sales_quality
    WHERE
      event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  ) AS late_days,
  (
    SELECT
      COUNT(*)
    FROM raw.raw_sales_files
    WHERE
      batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
      AND superseded_at IS NULL
      AND (
        CONTAINS(source_filename, '.corrections.') OR has_erased_lines
      )
  ) AS corrections,
  (
    SELECT
      COUNT(*)
    FROM (
      SELECT
        event_date
      FROM staging.stg_sales_clean
      UNION ALL
      SELECT
        event_date
      FROM staging.stg_sales_rejects
      UNION ALL
      SELECT
        event_date
      FROM staging.sales_quality_rules
      UNION ALL
      SELECT
        event_date
      FROM staging.sales_quality_files
      UNION ALL
      SELECT
        event_date
      FROM staging.sales_order_totals
      UNION ALL
      SELECT
        event_date
      FROM staging.sales_quality_fields
      UNION ALL
      SELECT
        event_date
      FROM staging.sales_quality
    ) AS made
    WHERE
      made.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  ) AS rows_before;
