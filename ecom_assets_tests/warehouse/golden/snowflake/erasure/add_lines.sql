INSERT INTO erased_lines (
  source_filename,
  source_row_number,
  batch_date,
  load_id,
  is_sale,
  is_theirs
)
SELECT
  l.source_filename,
  l.source_row_number,
  l.batch_date,
  l.load_id,
  FALSE AS is_sale,
  TRUE AS is_theirs
FROM (
  SELECT source_filename, source_row_number, batch_date, load_id FROM (VALUES ('a', 1, CAST('2026-01-05' AS DATE), 'it\'s')) AS v(source_filename, source_row_number, batch_date, load_id)
) AS l;
