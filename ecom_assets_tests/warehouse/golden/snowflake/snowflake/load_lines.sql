COPY INTO raw.raw_sales (
  raw,
  raw_text,
  source_filename,
  source_row_number,
  batch_date,
  load_id,
  ingestion_ts
)
FROM (
  SELECT
    CASE NVL(
        NVL(
          CHECK_JSON($1),
          REGEXP_SUBSTR(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REPLACE($1, CHR(0), CHR(1)),
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
      THEN PARSE_JSON($1)
    END,
    NVL2(
      CASE NVL(
          NVL(
            CHECK_JSON($1),
            REGEXP_SUBSTR(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    REPLACE($1, CHR(0), CHR(1)),
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
        THEN PARSE_JSON($1)
      END,
      NULL,
      $1
    ),
    SUBSTRING(metadata$filename, 7),
    metadata$file_row_number,
    TO_DATE(SUBSTRING(metadata$filename, 7, 10), 'yyyy-mm-DD'),
    'it\'s',
    CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP_NTZ)
  FROM @raw.sales_landing
)
files = ('dt=2026-01-05/it\'s.jsonl', 'dt=2026-01-05/b.jsonl')
file_format = (FORMAT_NAME='raw.sales_lines')
on_error = 'ABORT_STATEMENT'
force = TRUE;
