DELETE FROM parsed_sales
WHERE
  source_filename = 'it\'s'
  AND source_item_number > 1
  AND load_id IN (
    SELECT
      f.load_id
    FROM raw.raw_sales_files AS f
    WHERE
      f.source_filename = 'it\'s' AND f.etag = 'it\'s'
  );

UPDATE parsed_sales SET is_sale = FALSE, is_set_aside = TRUE
WHERE
  source_filename = 'it\'s'
  AND load_id IN (
    SELECT
      f.load_id
    FROM raw.raw_sales_files AS f
    WHERE
      f.source_filename = 'it\'s' AND f.etag = 'it\'s'
  );
