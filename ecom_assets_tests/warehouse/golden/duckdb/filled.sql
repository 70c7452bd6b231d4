SELECT
  (
    SELECT
      COUNT(*)
    FROM raw.raw_sales_files
  ) + (
    SELECT
      COUNT(*)
    FROM staging.sales_quality
  ) AS row_count;
