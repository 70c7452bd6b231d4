UPDATE raw.raw_sales_files SET superseded_at = CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP)
WHERE
  superseded_at IS NULL
  AND batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND source_filename IN ('dt=2026-01-05/it''s.jsonl', 'dt=2026-01-05/b.jsonl');
