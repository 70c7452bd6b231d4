WITH lines AS (
  SELECT
    r.batch_date,
    r.source_filename,
    r.source_filename IN ('dt=2026-01-05/it\'s.jsonl', 'dt=2026-01-05/b.jsonl') AS has_vanished,
    JSON_EXTRACT_PATH_TEXT(r.raw, 'event_id') AS event_id
  FROM raw.raw_sales AS r
  INNER JOIN raw.raw_sales_files AS f
    ON f.source_filename = r.source_filename
    AND f.load_id = r.load_id
    AND f.superseded_at IS NULL
  WHERE
    r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
)
SELECT
  gone.batch_date,
  gone.source_filename AS vanished_file,
  there.source_filename AS present_file,
  COUNT(DISTINCT gone.event_id) AS event_ids
FROM lines AS gone
INNER JOIN lines AS there
  ON there.batch_date = gone.batch_date
  AND there.event_id = gone.event_id
  AND NOT there.has_vanished
WHERE
  gone.has_vanished
GROUP BY
  gone.batch_date,
  gone.source_filename,
  there.source_filename
ORDER BY
  gone.batch_date,
  gone.source_filename,
  there.source_filename;
