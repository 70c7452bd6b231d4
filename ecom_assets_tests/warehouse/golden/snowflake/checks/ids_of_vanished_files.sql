WITH current_lines AS (
  WITH current_rows AS (
    SELECT
      r.raw,
      r.source_filename,
      r.source_row_number,
      r.batch_date,
      r.load_id,
      r.ingestion_ts,
      CASE
        WHEN (
          STARTSWITH(r.raw_text, CHR(  65279))
          OR CONTAINS(r.raw_text, '\\ud')
          OR CONTAINS(r.raw_text, '\\uD')
        )
        AND NOT CONTAINS(r.raw_text, CHR(  1))
        AND NOT CONTAINS(r.raw_text, CHR(  2))
        AND NOT CONTAINS(r.raw_text, CHR(  3))
        THEN REPLACE(REPLACE(LTRIM(r.raw_text, CHR(  65279)), '\\\\', CHR(  1)), '\\u', CHR(  2))
      END AS escaped
    FROM raw.raw_sales AS r
    INNER JOIN raw.raw_sales_files AS f
      ON f.source_filename = r.source_filename
      AND f.load_id = r.load_id
      AND f.superseded_at IS NULL
    WHERE
      r.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  ), mended AS (
    SELECT
      *,
      REGEXP_REPLACE(
        REGEXP_REPLACE(
          escaped,
          CHR(  2) || '([dD][89abAB][0-9a-fA-F][0-9a-fA-F])' || CHR(  2) || '([dD][c-fC-F][0-9a-fA-F][0-9a-fA-F])',
          CHR(  3) || '\\1' || CHR(  3) || '\\2'
        ),
        CHR(  2) || '[dD][89a-fA-F][0-9a-fA-F][0-9a-fA-F]',
        CHR(  65533)
      ) AS text
    FROM current_rows
  )
  SELECT
    CASE
      WHEN text IS NULL
      THEN raw
      ELSE CASE NVL(
          NVL(
            CHECK_JSON(
              REPLACE(REPLACE(REPLACE(text, CHR(  3), '\\u'), CHR(  2), '\\u'), CHR(  1), '\\\\')
            ),
            REGEXP_SUBSTR(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    REPLACE(
                      REPLACE(REPLACE(REPLACE(text, CHR(  3), '\\u'), CHR(  2), '\\u'), CHR(  1), '\\\\'),
                      CHR(0),
                      CHR(1)
                    ),
                    '"([^"\\\\\x01-\x1f]|\\\\(["\\\\/bfnrt]|u([0-9abcefABCEF][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]|[dD][0-7][0-9a-fA-F][0-9a-fA-F]|[dD][89abAB][0-9a-fA-F][0-9a-fA-F]\\\\u[dD][c-fC-F][0-9a-fA-F][0-9a-fA-F])))*"',
                    '"'
                  ),
                  '[ \t\n\r]+',
                  ''
                ),
                '-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false|null',
                '0'
              ),
              '["0]["0]|0:|[{:,[],|,[]}]|[^]{}:,"0[]'
            )
          ),
          ''
        )
        WHEN ''
        THEN PARSE_JSON(
          REPLACE(REPLACE(REPLACE(text, CHR(  3), '\\u'), CHR(  2), '\\u'), CHR(  1), '\\\\')
        )
      END
    END AS raw,
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    ingestion_ts
  FROM mended
), lines AS (
  SELECT
    *,
    1 AS source_item_number
  FROM current_lines
), lines_with_ids AS (
  SELECT
    batch_date,
    source_filename,
    source_filename IN ('dt=2026-01-05/it\'s.jsonl', 'dt=2026-01-05/b.jsonl') AS has_vanished,
    (
      CAST(GET_PATH(raw, 'event_id') AS VARCHAR)
    ) AS event_id
  FROM lines
)
SELECT
  gone.batch_date,
  gone.source_filename AS vanished_file,
  there.source_filename AS present_file,
  COUNT(DISTINCT gone.event_id) AS event_ids
FROM lines_with_ids AS gone
INNER JOIN lines_with_ids AS there
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
