DELETE FROM raw.raw_sales
WHERE
  load_id = 'it''s' AND source_filename = 'it''s';
