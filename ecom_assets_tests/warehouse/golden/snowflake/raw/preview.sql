WITH lines AS (
  SELECT
    r.source_filename,
    r.source_row_number,
    CAST(r.raw AS VARCHAR) AS raw,
    r.raw_text
  FROM raw.raw_sales AS r
  INNER JOIN raw.raw_sales_files AS f
    ON f.source_filename = r.source_filename
    AND f.load_id = r.load_id
    AND f.superseded_at IS NULL
  WHERE
    r.batch_date = CAST('2026-01-05' AS DATE)
)
(
  SELECT
    source_filename,
    source_row_number,
    raw,
    raw_text
  FROM lines
  WHERE
    raw_text IS NULL
  ORDER BY
    source_filename,
    source_row_number
  LIMIT 2
)
UNION ALL
(
  SELECT
    source_filename,
    source_row_number,
    raw,
    raw_text
  FROM lines
  WHERE
    NOT raw_text IS NULL
  ORDER BY
    source_filename,
    source_row_number
  LIMIT 1
);
