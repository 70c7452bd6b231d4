DELETE FROM parsed_sales
WHERE
  source_item_number > 1
  AND (batch_date, source_filename, source_row_number) IN (
    SELECT
      r.batch_date,
      (
        raw ->> '$."_corrects"."file"'
      ) AS source_filename,
      TRY_CAST((
        raw ->> '$."_corrects"."line"'
      ) AS BIGINT) AS source_row_number
    FROM raw.raw_sales AS r
    INNER JOIN raw.raw_sales_files AS f
      ON f.source_filename = r.source_filename
      AND f.load_id = r.load_id
      AND f.superseded_at IS NULL
    WHERE
      r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
      AND CONTAINS(r.source_filename, '.corrections.')
      AND NOT r.source_filename IN ('it''s')
      AND (
        raw ->> '$."_corrects"."file"'
      ) <> r.source_filename
    UNION ALL
    SELECT
      r.batch_date,
      r.source_filename,
      r.source_row_number
    FROM raw.raw_sales AS r
    INNER JOIN raw.raw_sales_files AS f
      ON f.source_filename = r.source_filename
      AND f.load_id = r.load_id
      AND f.superseded_at IS NULL
      AND f.has_erased_lines
    WHERE
      r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
      AND r.raw IS NULL
      AND r.raw_text IS NULL
  );

UPDATE parsed_sales SET is_sale = FALSE, is_set_aside = TRUE
WHERE
  (batch_date, source_filename, source_row_number) IN (
    SELECT
      r.batch_date,
      (
        raw ->> '$."_corrects"."file"'
      ) AS source_filename,
      TRY_CAST((
        raw ->> '$."_corrects"."line"'
      ) AS BIGINT) AS source_row_number
    FROM raw.raw_sales AS r
    INNER JOIN raw.raw_sales_files AS f
      ON f.source_filename = r.source_filename
      AND f.load_id = r.load_id
      AND f.superseded_at IS NULL
    WHERE
      r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
      AND CONTAINS(r.source_filename, '.corrections.')
      AND NOT r.source_filename IN ('it''s')
      AND (
        raw ->> '$."_corrects"."file"'
      ) <> r.source_filename
    UNION ALL
    SELECT
      r.batch_date,
      r.source_filename,
      r.source_row_number
    FROM raw.raw_sales AS r
    INNER JOIN raw.raw_sales_files AS f
      ON f.source_filename = r.source_filename
      AND f.load_id = r.load_id
      AND f.superseded_at IS NULL
      AND f.has_erased_lines
    WHERE
      r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
      AND r.raw IS NULL
      AND r.raw_text IS NULL
  );
