DELETE FROM staging.stg_sales_clean
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND (event_date, source_filename, source_row_number) IN (
    SELECT
      p.event_date,
      p.source_filename,
      p.source_row_number
    FROM parsed_sales AS p
    WHERE
      p.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  );

DELETE FROM staging.stg_sales_rejects
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  AND (event_date, source_filename, source_row_number) IN (
    SELECT
      p.event_date,
      p.source_filename,
      p.source_row_number
    FROM parsed_sales AS p
    WHERE
      p.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  );
