DELETE FROM raw.raw_sales
WHERE
  batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND (load_id, source_filename) IN (
    SELECT
      versions.load_id,
      versions.source_filename
    FROM (
      SELECT load_id, source_filename FROM (VALUES ('it\'s', 'a')) AS v(load_id, source_filename)
    ) AS versions
  );
