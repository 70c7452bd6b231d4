SELECT
  f.batch_date,
  f.etag,
  f.row_count
FROM raw.raw_sales_files AS f
WHERE
  f.source_filename = 'it\'s' AND f.superseded_at IS NULL;
