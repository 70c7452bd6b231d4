UPDATE raw.raw_sales_files SET superseded_at = CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP)
WHERE
  superseded_at IS NULL AND source_filename IN ('dt=2026-01-05/it''s.jsonl', 'dt=2026-01-05/b.jsonl');
