WITH places AS (
  SELECT
    r.load_id,
    r.source_filename,
    r.source_row_number,
    NOT r.raw IS NULL AS is_json
  FROM raw.raw_sales AS r
  INNER JOIN raw.raw_sales_files AS f
    ON f.source_filename = r.source_filename
    AND f.load_id = r.load_id
    AND f.superseded_at IS NULL
  WHERE
    r.batch_date = CAST('2026-01-05' AS DATE)
    AND (
      NOT r.raw IS NULL OR NOT r.raw_text IS NULL
    )
), shown AS (
  (
    SELECT
      *
    FROM places
    WHERE
      is_json
    ORDER BY
      source_filename,
      source_row_number
    LIMIT 2
  )
  UNION ALL
  (
    SELECT
      *
    FROM places
    WHERE
      NOT is_json
    ORDER BY
      source_filename,
      source_row_number
    LIMIT 1
  )
)
SELECT
  r.source_filename,
  r.source_row_number,
  CAST(r.raw AS TEXT) AS raw,
  r.raw_text
FROM raw.raw_sales AS r
INNER JOIN shown
  ON shown.load_id = r.load_id
  AND shown.source_filename = r.source_filename
  AND shown.source_row_number = r.source_row_number
WHERE
  r.batch_date = CAST('2026-01-05' AS DATE)
ORDER BY
  shown.is_json DESC NULLS FIRST,
  r.source_filename ASC,
  r.source_row_number ASC;
