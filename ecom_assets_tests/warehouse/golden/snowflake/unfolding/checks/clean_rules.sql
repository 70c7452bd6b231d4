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
), others AS (
  SELECT
    source_filename,
    source_row_number,
    ingestion_ts,
    COALESCE(IS_OBJECT(raw), FALSE) AS is_object
  FROM current_lines
  WHERE
    NOT COALESCE(IS_OBJECT(raw), FALSE)
    OR NOT (
      CASE
        WHEN (
          SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
        )
        THEN (
          COALESCE(
            IS_ARRAY(GET_PATH(raw, 'order.items'))
            AND ARRAY_SIZE(GET_PATH(raw, 'order.items')) > 0,
            FALSE
          )
        )
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
        )
        THEN TRUE
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          AND TRUE
        )
        THEN TRUE
      END
    )
), repeated AS (
  SELECT
    event_date,
    event_id
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  GROUP BY
    event_date,
    event_id
  HAVING
    COUNT(*) > 1
), versions AS (
  SELECT
    event_date,
    source,
    (
      CASE
        WHEN (
          SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
        )
        THEN order_id
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
        )
        THEN event_id
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          AND TRUE
        )
        THEN event_id
      END
    ) AS version_key,
    MAX(source_version) AS latest_version
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND (
      source IN ('orders')
    )
  GROUP BY
    event_date,
    source,
    (
      CASE
        WHEN (
          SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
        )
        THEN order_id
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
        )
        THEN event_id
        WHEN (
          NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          AND TRUE
        )
        THEN event_id
      END
    )
  HAVING
    MAX(source_version) > MIN(COALESCE(source_version, -1))
), lines_with_zeros AS (
  SELECT
    *
  FROM current_lines
  WHERE
    (source_filename, source_row_number) IN (
      SELECT
        c.source_filename,
        c.source_row_number
      FROM staging.stg_sales_clean AS c
      WHERE
        c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
        AND (
          c.quantity = 0 OR c.total_amount = 0
        )
    )
), zeros AS (
  (
    WITH events AS (
      WITH lines AS (
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
      ), judged AS (
        SELECT
          *,
          COALESCE(IS_OBJECT(raw), FALSE) AS is_object
        FROM lines
        WHERE
          (
            SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          )
      )
      SELECT
        *,
        NOT is_object
        OR (
          COALESCE(CAST(GET_PATH(raw, 'type') AS VARCHAR) IN ('order', 'sale'), FALSE)
          AND COALESCE(NOT CAST(GET_PATH(raw, 'test') AS VARCHAR) IN ('true'), TRUE)
        ) AS is_sale,
        (
          CASE
            WHEN REGEXP_LIKE(
              (
                IFF(
                  TYPEOF(GET_PATH(raw, 'updated')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
                  NULL,
                  CAST(GET_PATH(raw, 'updated') AS VARCHAR)
                )
              ),
              '\\d{1,18}(\\.\\d+)?'
            )
            THEN TRY_TO_NUMBER(
              (
                IFF(
                  TYPEOF(GET_PATH(raw, 'updated')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
                  NULL,
                  CAST(GET_PATH(raw, 'updated') AS VARCHAR)
                )
              ),
              24,
              6
            )
            ELSE CAST(DATE_PART(
              epoch_microsecond,
              (
                DATEADD(
                  MINUTE,
                  CASE
                    WHEN LENGTH(
                      REGEXP_REPLACE(
                        SUBSTRING(
                          (
                            CASE
                              WHEN REGEXP_LIKE(
                                UPPER(
                                  REPLACE(
                                    CAST((
                                      REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                    ) AS VARCHAR),
                                    ',',
                                    '.'
                                  )
                                ),
                                '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
                              )
                              AND LEFT(
                                CAST((
                                  REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                ) AS VARCHAR),
                                10
                              ) BETWEEN '0001-01-03' AND '9999-12-29'
                              THEN UPPER(
                                REPLACE(
                                  CAST((
                                    REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                  ) AS VARCHAR),
                                  ',',
                                  '.'
                                )
                              )
                            END
                          ),
                          12
                        ),
                        '^[0-9:.]+',
                        ''
                      )
                    ) < 3
                    THEN 0
                    ELSE IFF(
                      LEFT(
                        REGEXP_REPLACE(
                          SUBSTRING(
                            (
                              CASE
                                WHEN REGEXP_LIKE(
                                  UPPER(
                                    REPLACE(
                                      CAST((
                                        REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                      ) AS VARCHAR),
                                      ',',
                                      '.'
                                    )
                                  ),
                                  '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
                                )
                                AND LEFT(
                                  CAST((
                                    REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                  ) AS VARCHAR),
                                  10
                                ) BETWEEN '0001-01-03' AND '9999-12-29'
                                THEN UPPER(
                                  REPLACE(
                                    CAST((
                                      REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                    ) AS VARCHAR),
                                    ',',
                                    '.'
                                  )
                                )
                              END
                            ),
                            12
                          ),
                          '^[0-9:.]+',
                          ''
                        ),
                        1
                      ) = '-',
                      1,
                      -1
                    ) * (
                      60 * COALESCE(
                        TRY_CAST(SUBSTRING(
                          REGEXP_REPLACE(
                            SUBSTRING(
                              (
                                CASE
                                  WHEN REGEXP_LIKE(
                                    UPPER(
                                      REPLACE(
                                        CAST((
                                          REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                        ) AS VARCHAR),
                                        ',',
                                        '.'
                                      )
                                    ),
                                    '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
                                  )
                                  AND LEFT(
                                    CAST((
                                      REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                    ) AS VARCHAR),
                                    10
                                  ) BETWEEN '0001-01-03' AND '9999-12-29'
                                  THEN UPPER(
                                    REPLACE(
                                      CAST((
                                        REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                      ) AS VARCHAR),
                                      ',',
                                      '.'
                                    )
                                  )
                                END
                              ),
                              12
                            ),
                            '^[0-9:.]+',
                            ''
                          ),
                          2,
                          2
                        ) AS DECIMAL(4, 0)),
                        0
                      ) + IFF(
                        LENGTH(
                          REGEXP_REPLACE(
                            SUBSTRING(
                              (
                                CASE
                                  WHEN REGEXP_LIKE(
                                    UPPER(
                                      REPLACE(
                                        CAST((
                                          REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                        ) AS VARCHAR),
                                        ',',
                                        '.'
                                      )
                                    ),
                                    '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
                                  )
                                  AND LEFT(
                                    CAST((
                                      REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                    ) AS VARCHAR),
                                    10
                                  ) BETWEEN '0001-01-03' AND '9999-12-29'
                                  THEN UPPER(
                                    REPLACE(
                                      CAST((
                                        REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                      ) AS VARCHAR),
                                      ',',
                                      '.'
                                    )
                                  )
                                END
                              ),
                              12
                            ),
                            '^[0-9:.]+',
                            ''
                          )
                        ) > 3,
                        COALESCE(
                          TRY_CAST(RIGHT(
                            (
                              CASE
                                WHEN REGEXP_LIKE(
                                  UPPER(
                                    REPLACE(
                                      CAST((
                                        REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                      ) AS VARCHAR),
                                      ',',
                                      '.'
                                    )
                                  ),
                                  '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
                                )
                                AND LEFT(
                                  CAST((
                                    REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                  ) AS VARCHAR),
                                  10
                                ) BETWEEN '0001-01-03' AND '9999-12-29'
                                THEN UPPER(
                                  REPLACE(
                                    CAST((
                                      REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                    ) AS VARCHAR),
                                    ',',
                                    '.'
                                  )
                                )
                              END
                            ),
                            2
                          ) AS DECIMAL(4, 0)),
                          0
                        ),
                        0
                      )
                    )
                  END,
                  TRY_CAST(LEFT(
                    (
                      CASE
                        WHEN REGEXP_LIKE(
                          UPPER(
                            REPLACE(
                              CAST((
                                REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                              ) AS VARCHAR),
                              ',',
                              '.'
                            )
                          ),
                          '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
                        )
                        AND LEFT(
                          CAST((
                            REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                          ) AS VARCHAR),
                          10
                        ) BETWEEN '0001-01-03' AND '9999-12-29'
                        THEN UPPER(
                          REPLACE(
                            CAST((
                              REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                            ) AS VARCHAR),
                            ',',
                            '.'
                          )
                        )
                      END
                    ),
                    10
                  ) || ' ' || IFF(
                    COALESCE(
                      REGEXP_SUBSTR(
                        SUBSTRING(
                          (
                            CASE
                              WHEN REGEXP_LIKE(
                                UPPER(
                                  REPLACE(
                                    CAST((
                                      REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                    ) AS VARCHAR),
                                    ',',
                                    '.'
                                  )
                                ),
                                '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
                              )
                              AND LEFT(
                                CAST((
                                  REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                ) AS VARCHAR),
                                10
                              ) BETWEEN '0001-01-03' AND '9999-12-29'
                              THEN UPPER(
                                REPLACE(
                                  CAST((
                                    REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                  ) AS VARCHAR),
                                  ',',
                                  '.'
                                )
                              )
                            END
                          ),
                          12
                        ),
                        '^[0-9:.]+'
                      ),
                      ''
                    ) = '',
                    '00:00:00',
                    LEFT(
                      RPAD(
                        REGEXP_SUBSTR(
                          SUBSTRING(
                            (
                              CASE
                                WHEN REGEXP_LIKE(
                                  UPPER(
                                    REPLACE(
                                      CAST((
                                        REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                      ) AS VARCHAR),
                                      ',',
                                      '.'
                                    )
                                  ),
                                  '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
                                )
                                AND LEFT(
                                  CAST((
                                    REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                  ) AS VARCHAR),
                                  10
                                ) BETWEEN '0001-01-03' AND '9999-12-29'
                                THEN UPPER(
                                  REPLACE(
                                    CAST((
                                      REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                    ) AS VARCHAR),
                                    ',',
                                    '.'
                                  )
                                )
                              END
                            ),
                            12
                          ),
                          '^[0-9:.]+'
                        ),
                        8,
                        ':00:00'
                      ),
                      8
                    ) || SUBSTRING(
                      REGEXP_SUBSTR(
                        SUBSTRING(
                          (
                            CASE
                              WHEN REGEXP_LIKE(
                                UPPER(
                                  REPLACE(
                                    CAST((
                                      REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                    ) AS VARCHAR),
                                    ',',
                                    '.'
                                  )
                                ),
                                '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
                              )
                              AND LEFT(
                                CAST((
                                  REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                ) AS VARCHAR),
                                10
                              ) BETWEEN '0001-01-03' AND '9999-12-29'
                              THEN UPPER(
                                REPLACE(
                                  CAST((
                                    REGEXP_REPLACE(CAST(GET_PATH(raw, 'updated') AS VARCHAR), ' UTC$', 'Z')
                                  ) AS VARCHAR),
                                  ',',
                                  '.'
                                )
                              )
                            END
                          ),
                          12
                        ),
                        '^[0-9:.]+'
                      ),
                      9,
                      7
                    )
                  ) AS TIMESTAMP_NTZ)
                )
              )
            ) AS DECIMAL(24, 6))
          END
        ) AS source_version,
        (
          CASE
            WHEN REGEXP_LIKE(
              (
                CASE
                  WHEN TYPEOF(GET_PATH(raw, 'order.total')) <> 'DOUBLE'
                  THEN CAST(GET_PATH(raw, 'order.total') AS VARCHAR)
                  WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'order.total') AS VARCHAR)) = CAST(GET_PATH(raw, 'order.total') AS DOUBLE)
                  AND REGEXP_LIKE(CAST(GET_PATH(raw, 'order.total') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                  THEN CAST(GET_PATH(raw, 'order.total') AS VARCHAR)
                END
              ),
              '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*'
            )
            THEN TRY_TO_NUMBER(
              TRIM(
                (
                  CASE
                    WHEN TYPEOF(GET_PATH(raw, 'order.total')) <> 'DOUBLE'
                    THEN CAST(GET_PATH(raw, 'order.total') AS VARCHAR)
                    WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'order.total') AS VARCHAR)) = CAST(GET_PATH(raw, 'order.total') AS DOUBLE)
                    AND REGEXP_LIKE(CAST(GET_PATH(raw, 'order.total') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                    THEN CAST(GET_PATH(raw, 'order.total') AS VARCHAR)
                  END
                ),
                ' \t\n\r\x0b\f'
              ),
              19,
              8
            )
          END
        ) AS order_stated,
        (
          TRY_TO_NUMBER(
            CAST((
              CASE
                WHEN REGEXP_LIKE(
                  (
                    CASE
                      WHEN TYPEOF(GET_PATH(raw, 'order.tax')) <> 'DOUBLE'
                      THEN CAST(GET_PATH(raw, 'order.tax') AS VARCHAR)
                      WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'order.tax') AS VARCHAR)) = CAST(GET_PATH(raw, 'order.tax') AS DOUBLE)
                      AND REGEXP_LIKE(CAST(GET_PATH(raw, 'order.tax') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                      THEN CAST(GET_PATH(raw, 'order.tax') AS VARCHAR)
                    END
                  ),
                  '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*'
                )
                THEN TRY_TO_NUMBER(
                  TRIM(
                    (
                      CASE
                        WHEN TYPEOF(GET_PATH(raw, 'order.tax')) <> 'DOUBLE'
                        THEN CAST(GET_PATH(raw, 'order.tax') AS VARCHAR)
                        WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'order.tax') AS VARCHAR)) = CAST(GET_PATH(raw, 'order.tax') AS DOUBLE)
                        AND REGEXP_LIKE(CAST(GET_PATH(raw, 'order.tax') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                        THEN CAST(GET_PATH(raw, 'order.tax') AS VARCHAR)
                      END
                    ),
                    ' \t\n\r\x0b\f'
                  ),
                  19,
                  8
                )
              END
            ) AS VARCHAR),
            19,
            8
          )
        ) AS order_further,
        (
          CASE
            WHEN REGEXP_LIKE(
              UPPER(
                REPLACE(
                  CAST((
                    REGEXP_REPLACE(CAST(GET_PATH(raw, 'order.at') AS VARCHAR), ' UTC$', 'Z')
                  ) AS VARCHAR),
                  ',',
                  '.'
                )
              ),
              '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
            )
            AND LEFT(
              CAST((
                REGEXP_REPLACE(CAST(GET_PATH(raw, 'order.at') AS VARCHAR), ' UTC$', 'Z')
              ) AS VARCHAR),
              10
            ) BETWEEN '0001-01-03' AND '9999-12-29'
            THEN UPPER(
              REPLACE(
                CAST((
                  REGEXP_REPLACE(CAST(GET_PATH(raw, 'order.at') AS VARCHAR), ' UTC$', 'Z')
                ) AS VARCHAR),
                ',',
                '.'
              )
            )
          END
        ) AS event_ts_text,
        (
          IFF(
            TYPEOF(GET_PATH(raw, 'order.id')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
            NULL,
            CAST(GET_PATH(raw, 'order.id') AS VARCHAR)
          )
        ) AS order_id_text,
        (
          IFF(
            TYPEOF(
              GET_PATH(
                (
                  GET(
                    FILTER(
                      IFF(IS_ARRAY(GET_PATH(raw, 'params')), GET_PATH(raw, 'params'), NULL),
                      e -> CAST(GET_PATH(e, 'key') AS VARCHAR) = 'currency'
                    ),
                    0
                  )
                ),
                'value'
              )
            ) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
            NULL,
            CAST(GET_PATH(
              (
                GET(
                  FILTER(
                    IFF(IS_ARRAY(GET_PATH(raw, 'params')), GET_PATH(raw, 'params'), NULL),
                    e -> CAST(GET_PATH(e, 'key') AS VARCHAR) = 'currency'
                  ),
                  0
                )
              ),
              'value'
            ) AS VARCHAR)
          )
        ) AS currency_text,
        'web' AS device_text
      FROM judged
    ), sales AS (
      SELECT
        events.*,
        NOT is_object
        OR NOT is_sale
        OR COALESCE(
          IS_ARRAY(GET_PATH(raw, 'order.items'))
          AND ARRAY_SIZE(GET_PATH(raw, 'order.items')) > 0,
          FALSE
        ) AS has_items,
        COALESCE(flattened.index, 0) + 1 AS source_item_number,
        flattened.value AS item
      FROM events, LATERAL FLATTEN(
        input => IFF(
          events.is_sale AND IS_ARRAY(GET_PATH(raw, 'order.items')),
          GET_PATH(raw, 'order.items'),
          NULL
        ),
        outer => TRUE
      ) AS flattened
    ), texts AS (
      SELECT
        *,
        'shop' || '-' || (
          IFF(
            TYPEOF(GET_PATH(raw, 'order.id')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
            NULL,
            CAST(GET_PATH(raw, 'order.id') AS VARCHAR)
          )
        ) || '-' || CAST(source_item_number AS VARCHAR) AS event_id_text,
        (
          CASE
            WHEN NOT (
              CAST(GET_PATH(item, 'qty') AS VARCHAR) IS NULL
            )
            THEN (
              CASE
                WHEN TYPEOF(GET_PATH(item, 'qty')) <> 'DOUBLE'
                THEN CAST(GET_PATH(item, 'qty') AS VARCHAR)
                WHEN TRY_TO_DOUBLE(CAST(GET_PATH(item, 'qty') AS VARCHAR)) = CAST(GET_PATH(item, 'qty') AS DOUBLE)
                AND REGEXP_LIKE(CAST(GET_PATH(item, 'qty') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                THEN CAST(GET_PATH(item, 'qty') AS VARCHAR)
              END
            )
            WHEN NOT FALSE
            THEN '1'
          END
        ) AS quantity_text,
        CAST((
          TRY_TO_NUMBER(
            CAST((
              TRY_TO_NUMBER(
                CAST((
                  CASE
                    WHEN REGEXP_LIKE(
                      (
                        CASE
                          WHEN TYPEOF(GET_PATH(item, 'price')) <> 'DOUBLE'
                          THEN CAST(GET_PATH(item, 'price') AS VARCHAR)
                          WHEN TRY_TO_DOUBLE(CAST(GET_PATH(item, 'price') AS VARCHAR)) = CAST(GET_PATH(item, 'price') AS DOUBLE)
                          AND REGEXP_LIKE(CAST(GET_PATH(item, 'price') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                          THEN CAST(GET_PATH(item, 'price') AS VARCHAR)
                        END
                      ),
                      '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*'
                    )
                    THEN TRY_TO_NUMBER(
                      TRIM(
                        (
                          CASE
                            WHEN TYPEOF(GET_PATH(item, 'price')) <> 'DOUBLE'
                            THEN CAST(GET_PATH(item, 'price') AS VARCHAR)
                            WHEN TRY_TO_DOUBLE(CAST(GET_PATH(item, 'price') AS VARCHAR)) = CAST(GET_PATH(item, 'price') AS DOUBLE)
                            AND REGEXP_LIKE(CAST(GET_PATH(item, 'price') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                            THEN CAST(GET_PATH(item, 'price') AS VARCHAR)
                          END
                        ),
                        ' \t\n\r\x0b\f'
                      ),
                      19,
                      8
                    )
                  END
                ) * (
                  CASE
                    WHEN REGEXP_LIKE(
                      (
                        CASE
                          WHEN TYPEOF(GET_PATH(item, 'qty')) <> 'DOUBLE'
                          THEN CAST(GET_PATH(item, 'qty') AS VARCHAR)
                          WHEN TRY_TO_DOUBLE(CAST(GET_PATH(item, 'qty') AS VARCHAR)) = CAST(GET_PATH(item, 'qty') AS DOUBLE)
                          AND REGEXP_LIKE(CAST(GET_PATH(item, 'qty') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                          THEN CAST(GET_PATH(item, 'qty') AS VARCHAR)
                        END
                      ),
                      '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*'
                    )
                    THEN TRY_TO_NUMBER(
                      TRIM(
                        (
                          CASE
                            WHEN TYPEOF(GET_PATH(item, 'qty')) <> 'DOUBLE'
                            THEN CAST(GET_PATH(item, 'qty') AS VARCHAR)
                            WHEN TRY_TO_DOUBLE(CAST(GET_PATH(item, 'qty') AS VARCHAR)) = CAST(GET_PATH(item, 'qty') AS DOUBLE)
                            AND REGEXP_LIKE(CAST(GET_PATH(item, 'qty') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                            THEN CAST(GET_PATH(item, 'qty') AS VARCHAR)
                          END
                        ),
                        ' \t\n\r\x0b\f'
                      ),
                      19,
                      8
                    )
                  END
                ) AS VARCHAR),
                19,
                8
              )
            ) - (
              TRY_TO_NUMBER(
                CAST((
                  CASE
                    WHEN IS_ARRAY(GET_PATH(item, 'discounts'))
                    THEN REDUCE(
                      GET_PATH(item, 'discounts'),
                      CAST(0 AS DECIMAL(38, 8)),
                      (total, e) -> total + (
                        CASE
                          WHEN REGEXP_LIKE(
                            (
                              CASE
                                WHEN TYPEOF(GET_PATH(e, 'amount')) <> 'DOUBLE'
                                THEN CAST(GET_PATH(e, 'amount') AS VARCHAR)
                                WHEN TRY_TO_DOUBLE(CAST(GET_PATH(e, 'amount') AS VARCHAR)) = CAST(GET_PATH(e, 'amount') AS DOUBLE)
                                AND REGEXP_LIKE(CAST(GET_PATH(e, 'amount') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                                THEN CAST(GET_PATH(e, 'amount') AS VARCHAR)
                              END
                            ),
                            '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*'
                          )
                          THEN TRY_TO_NUMBER(
                            TRIM(
                              (
                                CASE
                                  WHEN TYPEOF(GET_PATH(e, 'amount')) <> 'DOUBLE'
                                  THEN CAST(GET_PATH(e, 'amount') AS VARCHAR)
                                  WHEN TRY_TO_DOUBLE(CAST(GET_PATH(e, 'amount') AS VARCHAR)) = CAST(GET_PATH(e, 'amount') AS DOUBLE)
                                  AND REGEXP_LIKE(CAST(GET_PATH(e, 'amount') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                                  THEN CAST(GET_PATH(e, 'amount') AS VARCHAR)
                                END
                              ),
                              ' \t\n\r\x0b\f'
                            ),
                            19,
                            8
                          )
                        END
                      )
                    )
                    WHEN CAST(GET_PATH(item, 'discounts') AS VARCHAR) IS NULL
                    THEN 0
                  END
                ) AS VARCHAR),
                19,
                8
              )
            ) AS VARCHAR),
            19,
            8
          )
        ) AS VARCHAR) AS total_amount_text,
        (
          CASE
            WHEN TYPEOF(GET_PATH(item, 'points')) <> 'DOUBLE'
            THEN CAST(GET_PATH(item, 'points') AS VARCHAR)
            WHEN TRY_TO_DOUBLE(CAST(GET_PATH(item, 'points') AS VARCHAR)) = CAST(GET_PATH(item, 'points') AS DOUBLE)
            AND REGEXP_LIKE(CAST(GET_PATH(item, 'points') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
            THEN CAST(GET_PATH(item, 'points') AS VARCHAR)
          END
        ) AS points_text,
        (
          CASE
            WHEN NOT (
              CAST(GET_PATH(item, 'country') AS VARCHAR) IS NULL
            )
            THEN (
              IFF(
                TYPEOF(GET_PATH(item, 'country')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
                NULL,
                CAST(GET_PATH(item, 'country') AS VARCHAR)
              )
            )
            WHEN NOT (
              CAST(GET_PATH(raw, 'order["the country"]') AS VARCHAR) IS NULL
            )
            THEN (
              IFF(
                TYPEOF(GET_PATH(raw, 'order["the country"]')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
                NULL,
                CAST(GET_PATH(raw, 'order["the country"]') AS VARCHAR)
              )
            )
          END
        ) AS country_text
      FROM sales
    ), typed AS (
      SELECT
        *,
        (
          event_id_text
        ) AS event_id,
        (
          CASE
            WHEN REGEXP_LIKE(SUBSTRING(event_ts_text, 11), '.*[Z+-].*')
            THEN (
              DATEADD(
                MINUTE,
                CASE
                  WHEN LENGTH(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', '')) < 3
                  THEN 0
                  ELSE IFF(LEFT(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', ''), 1) = '-', 1, -1) * (
                    60 * COALESCE(
                      TRY_CAST(SUBSTRING(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', ''), 2, 2) AS DECIMAL(4, 0)),
                      0
                    ) + IFF(
                      LENGTH(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', '')) > 3,
                      COALESCE(TRY_CAST(RIGHT(event_ts_text, 2) AS DECIMAL(4, 0)), 0),
                      0
                    )
                  )
                END,
                TRY_CAST(LEFT(event_ts_text, 10) || ' ' || IFF(
                  COALESCE(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), '') = '',
                  '00:00:00',
                  LEFT(RPAD(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), 8, ':00:00'), 8) || SUBSTRING(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), 9, 7)
                ) AS TIMESTAMP_NTZ)
              )
            )
            ELSE CONVERT_TIMEZONE(
              'Europe/Berlin',
              'UTC',
              (
                DATEADD(
                  MINUTE,
                  CASE
                    WHEN LENGTH(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', '')) < 3
                    THEN 0
                    ELSE IFF(LEFT(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', ''), 1) = '-', 1, -1) * (
                      60 * COALESCE(
                        TRY_CAST(SUBSTRING(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', ''), 2, 2) AS DECIMAL(4, 0)),
                        0
                      ) + IFF(
                        LENGTH(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', '')) > 3,
                        COALESCE(TRY_CAST(RIGHT(event_ts_text, 2) AS DECIMAL(4, 0)), 0),
                        0
                      )
                    )
                  END,
                  TRY_CAST(LEFT(event_ts_text, 10) || ' ' || IFF(
                    COALESCE(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), '') = '',
                    '00:00:00',
                    LEFT(RPAD(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), 8, ':00:00'), 8) || SUBSTRING(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), 9, 7)
                  ) AS TIMESTAMP_NTZ)
                )
              )
            )
          END
        ) AS event_ts,
        (
          order_id_text
        ) AS order_id,
        (
          CASE
            WHEN REGEXP_LIKE(quantity_text, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')
            THEN TRY_TO_NUMBER(TRIM(quantity_text, ' \t\n\r\x0b\f'), 18, 4)
          END
        ) AS quantity,
        (
          CASE
            WHEN REGEXP_LIKE(total_amount_text, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')
            THEN TRY_TO_NUMBER(TRIM(total_amount_text, ' \t\n\r\x0b\f'), 18, 4)
          END
        ) AS total_amount,
        (
          currency_text
        ) AS currency,
        (
          CASE
            WHEN REGEXP_LIKE(points_text, '[+-]?\\d+(\\.0*)?')
            AND TRY_CAST(SPLIT_PART(points_text, '.', 1) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807
            THEN TRY_CAST(SPLIT_PART(points_text, '.', 1) AS DECIMAL(38, 0))
          END
        ) AS points,
        (
          country_text
        ) AS country,
        (
          device_text
        ) AS device
      FROM texts
    )
    SELECT
      event_id,
      event_ts,
      order_id,
      quantity,
      total_amount,
      currency,
      points,
      country,
      device,
      source_filename,
      source_row_number,
      source_item_number,
      'it\'s' AS source,
      source_version,
      batch_date,
      load_id,
      ingestion_ts,
      is_object,
      is_sale,
      has_items,
      order_stated,
      order_further,
      (
        CASE
          WHEN quantity <> 0
          THEN SIGN(quantity)
          WHEN quantity IS NULL
          THEN NULL
          WHEN NOT REGEXP_LIKE(quantity_text, '[^1-9eE]*[1-9].*', 's')
          THEN 0
          WHEN STARTSWITH(TRIM(quantity_text, ' \t\n\r\x0b\f'), '-')
          THEN -1
          ELSE 1
        END
      ) AS quantity_sign,
      (
        CASE
          WHEN total_amount <> 0
          THEN SIGN(total_amount)
          WHEN total_amount IS NULL
          THEN NULL
          WHEN NOT REGEXP_LIKE(total_amount_text, '[^1-9eE]*[1-9].*', 's')
          THEN 0
          WHEN STARTSWITH(TRIM(total_amount_text, ' \t\n\r\x0b\f'), '-')
          THEN -1
          ELSE 1
        END
      ) AS total_amount_sign,
      (
        CASE
          WHEN (
            FALSE OR (
              CAST(GET_PATH(raw, 'order.id') AS VARCHAR) IS NULL
            ) OR FALSE
          )
          OR (
            CAST(GET_PATH(raw, 'order.at') AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(raw, 'order.id') AS VARCHAR) IS NULL
          )
          OR (
            (
              CAST(GET_PATH(item, 'qty') AS VARCHAR) IS NULL
            ) AND FALSE
          )
          OR (
            (
              CAST(GET_PATH(item, 'price') AS VARCHAR) IS NULL
            )
            OR (
              CAST(GET_PATH(item, 'qty') AS VARCHAR) IS NULL
            )
            OR FALSE
          )
          OR (
            CAST(GET_PATH(
              (
                GET(
                  FILTER(
                    IFF(IS_ARRAY(GET_PATH(raw, 'params')), GET_PATH(raw, 'params'), NULL),
                    e -> CAST(GET_PATH(e, 'key') AS VARCHAR) = 'currency'
                  ),
                  0
                )
              ),
              'value'
            ) AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(item, 'points') AS VARCHAR) IS NULL
          )
          OR (
            (
              CAST(GET_PATH(item, 'country') AS VARCHAR) IS NULL
            )
            AND (
              CAST(GET_PATH(raw, 'order["the country"]') AS VARCHAR) IS NULL
            )
          )
          OR FALSE
          THEN CONCAT(
            IFF(
              FALSE OR (
                CAST(GET_PATH(raw, 'order.id') AS VARCHAR) IS NULL
              ) OR FALSE,
              ';event_id',
              ''
            ),
            IFF((
              CAST(GET_PATH(raw, 'order.at') AS VARCHAR) IS NULL
            ), ';event_ts', ''),
            IFF((
              CAST(GET_PATH(raw, 'order.id') AS VARCHAR) IS NULL
            ), ';order_id', ''),
            IFF((
              CAST(GET_PATH(item, 'qty') AS VARCHAR) IS NULL
            ) AND FALSE, ';quantity', ''),
            IFF(
              (
                CAST(GET_PATH(item, 'price') AS VARCHAR) IS NULL
              )
              OR (
                CAST(GET_PATH(item, 'qty') AS VARCHAR) IS NULL
              )
              OR FALSE,
              ';total_amount',
              ''
            ),
            IFF(
              (
                CAST(GET_PATH(
                  (
                    GET(
                      FILTER(
                        IFF(IS_ARRAY(GET_PATH(raw, 'params')), GET_PATH(raw, 'params'), NULL),
                        e -> CAST(GET_PATH(e, 'key') AS VARCHAR) = 'currency'
                      ),
                      0
                    )
                  ),
                  'value'
                ) AS VARCHAR) IS NULL
              ),
              ';currency',
              ''
            ),
            IFF((
              CAST(GET_PATH(item, 'points') AS VARCHAR) IS NULL
            ), ';points', ''),
            IFF(
              (
                CAST(GET_PATH(item, 'country') AS VARCHAR) IS NULL
              )
              AND (
                CAST(GET_PATH(raw, 'order["the country"]') AS VARCHAR) IS NULL
              ),
              ';country',
              ''
            ),
            IFF(FALSE, ';device', ''),
            ';'
          )
        END
      ) AS absent_fields,
      (
        CASE
          WHEN (
            event_id IS NULL
            AND NOT (
              FALSE OR (
                CAST(GET_PATH(raw, 'order.id') AS VARCHAR) IS NULL
              ) OR FALSE
            )
          )
          OR (
            event_ts IS NULL AND NOT (
              CAST(GET_PATH(raw, 'order.at') AS VARCHAR) IS NULL
            )
          )
          OR (
            order_id IS NULL AND NOT (
              CAST(GET_PATH(raw, 'order.id') AS VARCHAR) IS NULL
            )
          )
          OR (
            quantity IS NULL
            AND NOT (
              (
                CAST(GET_PATH(item, 'qty') AS VARCHAR) IS NULL
              ) AND FALSE
            )
          )
          OR (
            total_amount IS NULL
            AND NOT (
              (
                CAST(GET_PATH(item, 'price') AS VARCHAR) IS NULL
              )
              OR (
                CAST(GET_PATH(item, 'qty') AS VARCHAR) IS NULL
              )
              OR FALSE
            )
          )
          OR (
            currency IS NULL
            AND NOT (
              CAST(GET_PATH(
                (
                  GET(
                    FILTER(
                      IFF(IS_ARRAY(GET_PATH(raw, 'params')), GET_PATH(raw, 'params'), NULL),
                      e -> CAST(GET_PATH(e, 'key') AS VARCHAR) = 'currency'
                    ),
                    0
                  )
                ),
                'value'
              ) AS VARCHAR) IS NULL
            )
          )
          OR (
            points IS NULL AND NOT (
              CAST(GET_PATH(item, 'points') AS VARCHAR) IS NULL
            )
          )
          OR (
            country IS NULL
            AND NOT (
              (
                CAST(GET_PATH(item, 'country') AS VARCHAR) IS NULL
              )
              AND (
                CAST(GET_PATH(raw, 'order["the country"]') AS VARCHAR) IS NULL
              )
            )
          )
          OR (
            device IS NULL AND NOT FALSE
          )
          THEN CONCAT(
            IFF(
              event_id IS NULL
              AND NOT (
                FALSE OR (
                  CAST(GET_PATH(raw, 'order.id') AS VARCHAR) IS NULL
                ) OR FALSE
              ),
              ';event_id',
              ''
            ),
            IFF(
              event_ts IS NULL AND NOT (
                CAST(GET_PATH(raw, 'order.at') AS VARCHAR) IS NULL
              ),
              ';event_ts',
              ''
            ),
            IFF(
              order_id IS NULL AND NOT (
                CAST(GET_PATH(raw, 'order.id') AS VARCHAR) IS NULL
              ),
              ';order_id',
              ''
            ),
            IFF(
              quantity IS NULL
              AND NOT (
                (
                  CAST(GET_PATH(item, 'qty') AS VARCHAR) IS NULL
                ) AND FALSE
              ),
              ';quantity',
              ''
            ),
            IFF(
              total_amount IS NULL
              AND NOT (
                (
                  CAST(GET_PATH(item, 'price') AS VARCHAR) IS NULL
                )
                OR (
                  CAST(GET_PATH(item, 'qty') AS VARCHAR) IS NULL
                )
                OR FALSE
              ),
              ';total_amount',
              ''
            ),
            IFF(
              currency IS NULL
              AND NOT (
                CAST(GET_PATH(
                  (
                    GET(
                      FILTER(
                        IFF(IS_ARRAY(GET_PATH(raw, 'params')), GET_PATH(raw, 'params'), NULL),
                        e -> CAST(GET_PATH(e, 'key') AS VARCHAR) = 'currency'
                      ),
                      0
                    )
                  ),
                  'value'
                ) AS VARCHAR) IS NULL
              ),
              ';currency',
              ''
            ),
            IFF(
              points IS NULL AND NOT (
                CAST(GET_PATH(item, 'points') AS VARCHAR) IS NULL
              ),
              ';points',
              ''
            ),
            IFF(
              country IS NULL
              AND NOT (
                (
                  CAST(GET_PATH(item, 'country') AS VARCHAR) IS NULL
                )
                AND (
                  CAST(GET_PATH(raw, 'order["the country"]') AS VARCHAR) IS NULL
                )
              ),
              ';country',
              ''
            ),
            IFF(device IS NULL AND NOT FALSE, ';device', ''),
            ';'
          )
        END
      ) AS unfit_fields,
      (
        CASE
          WHEN (
            NOT quantity IS NULL
            AND (
              REGEXP_LIKE(quantity_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
              OR (
                REGEXP_LIKE(quantity_text, '.*[eE].*', 's')
                AND (
                  COALESCE(TRY_TO_NUMBER(TRIM(quantity_text, ' \t\n\r\x0b\f'), 38, 18) <> quantity, FALSE)
                  OR (
                    quantity = 0 AND REGEXP_LIKE(quantity_text, '[^1-9eE]*[1-9].*', 's')
                  )
                )
              )
            )
          )
          OR (
            NOT total_amount IS NULL
            AND (
              REGEXP_LIKE(total_amount_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
              OR (
                REGEXP_LIKE(total_amount_text, '.*[eE].*', 's')
                AND (
                  COALESCE(
                    TRY_TO_NUMBER(TRIM(total_amount_text, ' \t\n\r\x0b\f'), 38, 18) <> total_amount,
                    FALSE
                  )
                  OR (
                    total_amount = 0 AND REGEXP_LIKE(total_amount_text, '[^1-9eE]*[1-9].*', 's')
                  )
                )
              )
            )
          )
          THEN CONCAT(
            IFF(
              (
                NOT quantity IS NULL
                AND (
                  REGEXP_LIKE(quantity_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
                  OR (
                    REGEXP_LIKE(quantity_text, '.*[eE].*', 's')
                    AND (
                      COALESCE(TRY_TO_NUMBER(TRIM(quantity_text, ' \t\n\r\x0b\f'), 38, 18) <> quantity, FALSE)
                      OR (
                        quantity = 0 AND REGEXP_LIKE(quantity_text, '[^1-9eE]*[1-9].*', 's')
                      )
                    )
                  )
                )
              ),
              ';quantity',
              ''
            ),
            IFF(
              (
                NOT total_amount IS NULL
                AND (
                  REGEXP_LIKE(total_amount_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
                  OR (
                    REGEXP_LIKE(total_amount_text, '.*[eE].*', 's')
                    AND (
                      COALESCE(
                        TRY_TO_NUMBER(TRIM(total_amount_text, ' \t\n\r\x0b\f'), 38, 18) <> total_amount,
                        FALSE
                      )
                      OR (
                        total_amount = 0 AND REGEXP_LIKE(total_amount_text, '[^1-9eE]*[1-9].*', 's')
                      )
                    )
                  )
                )
              ),
              ';total_amount',
              ''
            ),
            ';'
          )
        END
      ) AS rounded_fields
    FROM typed
  )
  UNION ALL
  (
    WITH events AS (
      WITH lines AS (
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
      ), judged AS (
        SELECT
          *,
          COALESCE(IS_OBJECT(raw), FALSE) AS is_object
        FROM lines
        WHERE
          (
            NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
            AND SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          )
      )
      SELECT
        *,
        NOT is_object
        OR (
          (
            CAST(GET_PATH(raw, 'refunded_at') AS VARCHAR) IS NULL
          )
        ) AS is_sale,
        CAST(NULL AS DECIMAL(24, 6)) AS source_version,
        CAST(NULL AS DECIMAL(19, 8)) AS order_stated,
        CAST(NULL AS DECIMAL(19, 8)) AS order_further
      FROM judged
    ), sales AS (
      SELECT
        *,
        1 AS source_item_number,
        TRUE AS has_items
      FROM events
    ), texts AS (
      SELECT
        *,
        (
          IFF(
            TYPEOF(GET_PATH(raw, 'id')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
            NULL,
            CAST(GET_PATH(raw, 'id') AS VARCHAR)
          )
        ) AS event_id_text,
        (
          CASE
            WHEN REGEXP_LIKE(
              (
                CASE
                  WHEN TYPEOF(GET_PATH(raw, 'created')) <> 'DOUBLE'
                  THEN CAST(GET_PATH(raw, 'created') AS VARCHAR)
                  WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'created') AS VARCHAR)) = CAST(GET_PATH(raw, 'created') AS DOUBLE)
                  AND REGEXP_LIKE(CAST(GET_PATH(raw, 'created') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                  THEN CAST(GET_PATH(raw, 'created') AS VARCHAR)
                END
              ),
              '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*'
            )
            AND TRY_TO_NUMBER(
              TRIM(
                (
                  CASE
                    WHEN TYPEOF(GET_PATH(raw, 'created')) <> 'DOUBLE'
                    THEN CAST(GET_PATH(raw, 'created') AS VARCHAR)
                    WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'created') AS VARCHAR)) = CAST(GET_PATH(raw, 'created') AS DOUBLE)
                    AND REGEXP_LIKE(CAST(GET_PATH(raw, 'created') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                    THEN CAST(GET_PATH(raw, 'created') AS VARCHAR)
                  END
                ),
                ' \t\n\r\x0b\f'
              ),
              24,
              6
            ) * 1000000 BETWEEN -62135424000000000 AND 253402127999999999
            THEN TO_CHAR(
              DATEADD(
                MICROSECOND,
                CAST(TRY_TO_NUMBER(
                  TRIM(
                    (
                      CASE
                        WHEN TYPEOF(GET_PATH(raw, 'created')) <> 'DOUBLE'
                        THEN CAST(GET_PATH(raw, 'created') AS VARCHAR)
                        WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'created') AS VARCHAR)) = CAST(GET_PATH(raw, 'created') AS DOUBLE)
                        AND REGEXP_LIKE(CAST(GET_PATH(raw, 'created') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                        THEN CAST(GET_PATH(raw, 'created') AS VARCHAR)
                      END
                    ),
                    ' \t\n\r\x0b\f'
                  ),
                  24,
                  6
                ) * 1000000 AS BIGINT),
                CAST('1970-01-01' AS TIMESTAMP_NTZ)
              ),
              'yyyy-mm-DD hh24:mi:ss.ff6'
            )
          END
        ) AS event_ts_text,
        CAST(NULL AS VARCHAR) AS order_id_text,
        '1' AS quantity_text,
        CAST((
          TRY_TO_NUMBER(
            CAST((
              CASE
                WHEN REGEXP_LIKE(
                  (
                    CASE
                      WHEN TYPEOF(GET_PATH(raw, 'cents')) <> 'DOUBLE'
                      THEN CAST(GET_PATH(raw, 'cents') AS VARCHAR)
                      WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'cents') AS VARCHAR)) = CAST(GET_PATH(raw, 'cents') AS DOUBLE)
                      AND REGEXP_LIKE(CAST(GET_PATH(raw, 'cents') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                      THEN CAST(GET_PATH(raw, 'cents') AS VARCHAR)
                    END
                  ),
                  '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*'
                )
                THEN TRY_TO_NUMBER(
                  TRIM(
                    (
                      CASE
                        WHEN TYPEOF(GET_PATH(raw, 'cents')) <> 'DOUBLE'
                        THEN CAST(GET_PATH(raw, 'cents') AS VARCHAR)
                        WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'cents') AS VARCHAR)) = CAST(GET_PATH(raw, 'cents') AS DOUBLE)
                        AND REGEXP_LIKE(CAST(GET_PATH(raw, 'cents') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
                        THEN CAST(GET_PATH(raw, 'cents') AS VARCHAR)
                      END
                    ),
                    ' \t\n\r\x0b\f'
                  ),
                  29,
                  8
                )
              END
            ) * CAST(0.01 AS DECIMAL(9, 8)) AS VARCHAR),
            19,
            8
          )
        ) AS VARCHAR) AS total_amount_text,
        'EUR' AS currency_text,
        CAST(NULL AS VARCHAR) AS points_text,
        CAST(NULL AS VARCHAR) AS country_text,
        CAST(NULL AS VARCHAR) AS device_text
      FROM sales
    ), typed AS (
      SELECT
        *,
        (
          event_id_text
        ) AS event_id,
        (
          DATEADD(
            MINUTE,
            CASE
              WHEN LENGTH(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', '')) < 3
              THEN 0
              ELSE IFF(LEFT(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', ''), 1) = '-', 1, -1) * (
                60 * COALESCE(
                  TRY_CAST(SUBSTRING(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', ''), 2, 2) AS DECIMAL(4, 0)),
                  0
                ) + IFF(
                  LENGTH(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', '')) > 3,
                  COALESCE(TRY_CAST(RIGHT(event_ts_text, 2) AS DECIMAL(4, 0)), 0),
                  0
                )
              )
            END,
            TRY_CAST(LEFT(event_ts_text, 10) || ' ' || IFF(
              COALESCE(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), '') = '',
              '00:00:00',
              LEFT(RPAD(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), 8, ':00:00'), 8) || SUBSTRING(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), 9, 7)
            ) AS TIMESTAMP_NTZ)
          )
        ) AS event_ts,
        (
          order_id_text
        ) AS order_id,
        (
          CASE
            WHEN REGEXP_LIKE(quantity_text, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')
            THEN TRY_TO_NUMBER(TRIM(quantity_text, ' \t\n\r\x0b\f'), 18, 4)
          END
        ) AS quantity,
        (
          CASE
            WHEN REGEXP_LIKE(total_amount_text, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')
            THEN TRY_TO_NUMBER(TRIM(total_amount_text, ' \t\n\r\x0b\f'), 18, 4)
          END
        ) AS total_amount,
        (
          currency_text
        ) AS currency,
        (
          CASE
            WHEN REGEXP_LIKE(points_text, '[+-]?\\d+(\\.0*)?')
            AND TRY_CAST(SPLIT_PART(points_text, '.', 1) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807
            THEN TRY_CAST(SPLIT_PART(points_text, '.', 1) AS DECIMAL(38, 0))
          END
        ) AS points,
        (
          country_text
        ) AS country,
        (
          device_text
        ) AS device
      FROM texts
    )
    SELECT
      event_id,
      event_ts,
      order_id,
      quantity,
      total_amount,
      currency,
      points,
      country,
      device,
      source_filename,
      source_row_number,
      source_item_number,
      'it\'s' AS source,
      source_version,
      batch_date,
      load_id,
      ingestion_ts,
      is_object,
      is_sale,
      has_items,
      order_stated,
      order_further,
      (
        CASE
          WHEN quantity <> 0
          THEN SIGN(quantity)
          WHEN quantity IS NULL
          THEN NULL
          WHEN NOT REGEXP_LIKE(quantity_text, '[^1-9eE]*[1-9].*', 's')
          THEN 0
          WHEN STARTSWITH(TRIM(quantity_text, ' \t\n\r\x0b\f'), '-')
          THEN -1
          ELSE 1
        END
      ) AS quantity_sign,
      (
        CASE
          WHEN total_amount <> 0
          THEN SIGN(total_amount)
          WHEN total_amount IS NULL
          THEN NULL
          WHEN NOT REGEXP_LIKE(total_amount_text, '[^1-9eE]*[1-9].*', 's')
          THEN 0
          WHEN STARTSWITH(TRIM(total_amount_text, ' \t\n\r\x0b\f'), '-')
          THEN -1
          ELSE 1
        END
      ) AS total_amount_sign,
      (
        CASE
          WHEN (
            CAST(GET_PATH(raw, 'id') AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(raw, 'created') AS VARCHAR) IS NULL
          )
          OR TRUE
          OR FALSE
          OR (
            CAST(GET_PATH(raw, 'cents') AS VARCHAR) IS NULL
          )
          OR FALSE
          OR TRUE
          OR TRUE
          OR TRUE
          THEN CONCAT(
            IFF((
              CAST(GET_PATH(raw, 'id') AS VARCHAR) IS NULL
            ), ';event_id', ''),
            IFF((
              CAST(GET_PATH(raw, 'created') AS VARCHAR) IS NULL
            ), ';event_ts', ''),
            IFF(TRUE, ';order_id', ''),
            IFF(FALSE, ';quantity', ''),
            IFF((
              CAST(GET_PATH(raw, 'cents') AS VARCHAR) IS NULL
            ), ';total_amount', ''),
            IFF(FALSE, ';currency', ''),
            IFF(TRUE, ';points', ''),
            IFF(TRUE, ';country', ''),
            IFF(TRUE, ';device', ''),
            ';'
          )
        END
      ) AS absent_fields,
      (
        CASE
          WHEN (
            event_id IS NULL AND NOT (
              CAST(GET_PATH(raw, 'id') AS VARCHAR) IS NULL
            )
          )
          OR (
            event_ts IS NULL AND NOT (
              CAST(GET_PATH(raw, 'created') AS VARCHAR) IS NULL
            )
          )
          OR (
            order_id IS NULL AND NOT TRUE
          )
          OR (
            quantity IS NULL AND NOT FALSE
          )
          OR (
            total_amount IS NULL
            AND NOT (
              CAST(GET_PATH(raw, 'cents') AS VARCHAR) IS NULL
            )
          )
          OR (
            currency IS NULL AND NOT FALSE
          )
          OR (
            points IS NULL AND NOT TRUE
          )
          OR (
            country IS NULL AND NOT TRUE
          )
          OR (
            device IS NULL AND NOT TRUE
          )
          THEN CONCAT(
            IFF(
              event_id IS NULL AND NOT (
                CAST(GET_PATH(raw, 'id') AS VARCHAR) IS NULL
              ),
              ';event_id',
              ''
            ),
            IFF(
              event_ts IS NULL AND NOT (
                CAST(GET_PATH(raw, 'created') AS VARCHAR) IS NULL
              ),
              ';event_ts',
              ''
            ),
            IFF(order_id IS NULL AND NOT TRUE, ';order_id', ''),
            IFF(quantity IS NULL AND NOT FALSE, ';quantity', ''),
            IFF(
              total_amount IS NULL
              AND NOT (
                CAST(GET_PATH(raw, 'cents') AS VARCHAR) IS NULL
              ),
              ';total_amount',
              ''
            ),
            IFF(currency IS NULL AND NOT FALSE, ';currency', ''),
            IFF(points IS NULL AND NOT TRUE, ';points', ''),
            IFF(country IS NULL AND NOT TRUE, ';country', ''),
            IFF(device IS NULL AND NOT TRUE, ';device', ''),
            ';'
          )
        END
      ) AS unfit_fields,
      (
        CASE
          WHEN (
            NOT quantity IS NULL
            AND (
              REGEXP_LIKE(quantity_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
              OR (
                REGEXP_LIKE(quantity_text, '.*[eE].*', 's')
                AND (
                  COALESCE(TRY_TO_NUMBER(TRIM(quantity_text, ' \t\n\r\x0b\f'), 38, 18) <> quantity, FALSE)
                  OR (
                    quantity = 0 AND REGEXP_LIKE(quantity_text, '[^1-9eE]*[1-9].*', 's')
                  )
                )
              )
            )
          )
          OR (
            NOT total_amount IS NULL
            AND (
              REGEXP_LIKE(total_amount_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
              OR (
                REGEXP_LIKE(total_amount_text, '.*[eE].*', 's')
                AND (
                  COALESCE(
                    TRY_TO_NUMBER(TRIM(total_amount_text, ' \t\n\r\x0b\f'), 38, 18) <> total_amount,
                    FALSE
                  )
                  OR (
                    total_amount = 0 AND REGEXP_LIKE(total_amount_text, '[^1-9eE]*[1-9].*', 's')
                  )
                )
              )
            )
          )
          THEN CONCAT(
            IFF(
              (
                NOT quantity IS NULL
                AND (
                  REGEXP_LIKE(quantity_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
                  OR (
                    REGEXP_LIKE(quantity_text, '.*[eE].*', 's')
                    AND (
                      COALESCE(TRY_TO_NUMBER(TRIM(quantity_text, ' \t\n\r\x0b\f'), 38, 18) <> quantity, FALSE)
                      OR (
                        quantity = 0 AND REGEXP_LIKE(quantity_text, '[^1-9eE]*[1-9].*', 's')
                      )
                    )
                  )
                )
              ),
              ';quantity',
              ''
            ),
            IFF(
              (
                NOT total_amount IS NULL
                AND (
                  REGEXP_LIKE(total_amount_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
                  OR (
                    REGEXP_LIKE(total_amount_text, '.*[eE].*', 's')
                    AND (
                      COALESCE(
                        TRY_TO_NUMBER(TRIM(total_amount_text, ' \t\n\r\x0b\f'), 38, 18) <> total_amount,
                        FALSE
                      )
                      OR (
                        total_amount = 0 AND REGEXP_LIKE(total_amount_text, '[^1-9eE]*[1-9].*', 's')
                      )
                    )
                  )
                )
              ),
              ';total_amount',
              ''
            ),
            ';'
          )
        END
      ) AS rounded_fields
    FROM typed
  )
  UNION ALL
  (
    WITH events AS (
      WITH lines AS (
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
      ), judged AS (
        SELECT
          *,
          COALESCE(IS_OBJECT(raw), FALSE) AS is_object
        FROM lines
        WHERE
          (
            NOT SUBSTRING(source_filename, 15) LIKE 'shop/%' ESCAPE '!'
            AND NOT SUBSTRING(source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
            AND TRUE
          )
      )
      SELECT
        *,
        NOT is_object OR (
          TRUE
        ) AS is_sale,
        CAST(NULL AS DECIMAL(24, 6)) AS source_version,
        CAST(NULL AS DECIMAL(19, 8)) AS order_stated,
        CAST(NULL AS DECIMAL(19, 8)) AS order_further
      FROM judged
    ), sales AS (
      SELECT
        *,
        1 AS source_item_number,
        TRUE AS has_items
      FROM events
    ), texts AS (
      SELECT
        *,
        (
          IFF(
            TYPEOF(GET_PATH(raw, 'event_id')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
            NULL,
            CAST(GET_PATH(raw, 'event_id') AS VARCHAR)
          )
        ) AS event_id_text,
        (
          CASE
            WHEN REGEXP_LIKE(
              UPPER(REPLACE(CAST(GET_PATH(raw, 'event_ts') AS VARCHAR), ',', '.')),
              '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])' || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?' || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
            )
            AND LEFT(CAST(GET_PATH(raw, 'event_ts') AS VARCHAR), 10) BETWEEN '0001-01-03' AND '9999-12-29'
            THEN UPPER(REPLACE(CAST(GET_PATH(raw, 'event_ts') AS VARCHAR), ',', '.'))
          END
        ) AS event_ts_text,
        (
          IFF(
            TYPEOF(GET_PATH(raw, 'order_id')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
            NULL,
            CAST(GET_PATH(raw, 'order_id') AS VARCHAR)
          )
        ) AS order_id_text,
        (
          CASE
            WHEN TYPEOF(GET_PATH(raw, 'quantity')) <> 'DOUBLE'
            THEN CAST(GET_PATH(raw, 'quantity') AS VARCHAR)
            WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'quantity') AS VARCHAR)) = CAST(GET_PATH(raw, 'quantity') AS DOUBLE)
            AND REGEXP_LIKE(CAST(GET_PATH(raw, 'quantity') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
            THEN CAST(GET_PATH(raw, 'quantity') AS VARCHAR)
          END
        ) AS quantity_text,
        (
          CASE
            WHEN TYPEOF(GET_PATH(raw, 'total_amount')) <> 'DOUBLE'
            THEN CAST(GET_PATH(raw, 'total_amount') AS VARCHAR)
            WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'total_amount') AS VARCHAR)) = CAST(GET_PATH(raw, 'total_amount') AS DOUBLE)
            AND REGEXP_LIKE(CAST(GET_PATH(raw, 'total_amount') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
            THEN CAST(GET_PATH(raw, 'total_amount') AS VARCHAR)
          END
        ) AS total_amount_text,
        (
          IFF(
            TYPEOF(GET_PATH(raw, 'currency')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
            NULL,
            CAST(GET_PATH(raw, 'currency') AS VARCHAR)
          )
        ) AS currency_text,
        (
          CASE
            WHEN TYPEOF(GET_PATH(raw, 'points')) <> 'DOUBLE'
            THEN CAST(GET_PATH(raw, 'points') AS VARCHAR)
            WHEN TRY_TO_DOUBLE(CAST(GET_PATH(raw, 'points') AS VARCHAR)) = CAST(GET_PATH(raw, 'points') AS DOUBLE)
            AND REGEXP_LIKE(CAST(GET_PATH(raw, 'points') AS VARCHAR), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
            THEN CAST(GET_PATH(raw, 'points') AS VARCHAR)
          END
        ) AS points_text,
        (
          IFF(
            TYPEOF(GET_PATH(raw, 'country')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
            NULL,
            CAST(GET_PATH(raw, 'country') AS VARCHAR)
          )
        ) AS country_text,
        (
          IFF(
            TYPEOF(GET_PATH(raw, 'device')) IN ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'),
            NULL,
            CAST(GET_PATH(raw, 'device') AS VARCHAR)
          )
        ) AS device_text
      FROM sales
    ), typed AS (
      SELECT
        *,
        (
          event_id_text
        ) AS event_id,
        (
          DATEADD(
            MINUTE,
            CASE
              WHEN LENGTH(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', '')) < 3
              THEN 0
              ELSE IFF(LEFT(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', ''), 1) = '-', 1, -1) * (
                60 * COALESCE(
                  TRY_CAST(SUBSTRING(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', ''), 2, 2) AS DECIMAL(4, 0)),
                  0
                ) + IFF(
                  LENGTH(REGEXP_REPLACE(SUBSTRING(event_ts_text, 12), '^[0-9:.]+', '')) > 3,
                  COALESCE(TRY_CAST(RIGHT(event_ts_text, 2) AS DECIMAL(4, 0)), 0),
                  0
                )
              )
            END,
            TRY_CAST(LEFT(event_ts_text, 10) || ' ' || IFF(
              COALESCE(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), '') = '',
              '00:00:00',
              LEFT(RPAD(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), 8, ':00:00'), 8) || SUBSTRING(REGEXP_SUBSTR(SUBSTRING(event_ts_text, 12), '^[0-9:.]+'), 9, 7)
            ) AS TIMESTAMP_NTZ)
          )
        ) AS event_ts,
        (
          order_id_text
        ) AS order_id,
        (
          CASE
            WHEN REGEXP_LIKE(quantity_text, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')
            THEN TRY_TO_NUMBER(TRIM(quantity_text, ' \t\n\r\x0b\f'), 18, 4)
          END
        ) AS quantity,
        (
          CASE
            WHEN REGEXP_LIKE(total_amount_text, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')
            THEN TRY_TO_NUMBER(TRIM(total_amount_text, ' \t\n\r\x0b\f'), 18, 4)
          END
        ) AS total_amount,
        (
          currency_text
        ) AS currency,
        (
          CASE
            WHEN REGEXP_LIKE(points_text, '[+-]?\\d+(\\.0*)?')
            AND TRY_CAST(SPLIT_PART(points_text, '.', 1) AS DECIMAL(38, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807
            THEN TRY_CAST(SPLIT_PART(points_text, '.', 1) AS DECIMAL(38, 0))
          END
        ) AS points,
        (
          country_text
        ) AS country,
        (
          device_text
        ) AS device
      FROM texts
    )
    SELECT
      event_id,
      event_ts,
      order_id,
      quantity,
      total_amount,
      currency,
      points,
      country,
      device,
      source_filename,
      source_row_number,
      source_item_number,
      'it\'s' AS source,
      source_version,
      batch_date,
      load_id,
      ingestion_ts,
      is_object,
      is_sale,
      has_items,
      order_stated,
      order_further,
      (
        CASE
          WHEN quantity <> 0
          THEN SIGN(quantity)
          WHEN quantity IS NULL
          THEN NULL
          WHEN NOT REGEXP_LIKE(quantity_text, '[^1-9eE]*[1-9].*', 's')
          THEN 0
          WHEN STARTSWITH(TRIM(quantity_text, ' \t\n\r\x0b\f'), '-')
          THEN -1
          ELSE 1
        END
      ) AS quantity_sign,
      (
        CASE
          WHEN total_amount <> 0
          THEN SIGN(total_amount)
          WHEN total_amount IS NULL
          THEN NULL
          WHEN NOT REGEXP_LIKE(total_amount_text, '[^1-9eE]*[1-9].*', 's')
          THEN 0
          WHEN STARTSWITH(TRIM(total_amount_text, ' \t\n\r\x0b\f'), '-')
          THEN -1
          ELSE 1
        END
      ) AS total_amount_sign,
      (
        CASE
          WHEN (
            CAST(GET_PATH(raw, 'event_id') AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(raw, 'event_ts') AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(raw, 'order_id') AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(raw, 'quantity') AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(raw, 'total_amount') AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(raw, 'currency') AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(raw, 'points') AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(raw, 'country') AS VARCHAR) IS NULL
          )
          OR (
            CAST(GET_PATH(raw, 'device') AS VARCHAR) IS NULL
          )
          THEN CONCAT(
            IFF((
              CAST(GET_PATH(raw, 'event_id') AS VARCHAR) IS NULL
            ), ';event_id', ''),
            IFF((
              CAST(GET_PATH(raw, 'event_ts') AS VARCHAR) IS NULL
            ), ';event_ts', ''),
            IFF((
              CAST(GET_PATH(raw, 'order_id') AS VARCHAR) IS NULL
            ), ';order_id', ''),
            IFF((
              CAST(GET_PATH(raw, 'quantity') AS VARCHAR) IS NULL
            ), ';quantity', ''),
            IFF((
              CAST(GET_PATH(raw, 'total_amount') AS VARCHAR) IS NULL
            ), ';total_amount', ''),
            IFF((
              CAST(GET_PATH(raw, 'currency') AS VARCHAR) IS NULL
            ), ';currency', ''),
            IFF((
              CAST(GET_PATH(raw, 'points') AS VARCHAR) IS NULL
            ), ';points', ''),
            IFF((
              CAST(GET_PATH(raw, 'country') AS VARCHAR) IS NULL
            ), ';country', ''),
            IFF((
              CAST(GET_PATH(raw, 'device') AS VARCHAR) IS NULL
            ), ';device', ''),
            ';'
          )
        END
      ) AS absent_fields,
      (
        CASE
          WHEN (
            event_id IS NULL AND NOT (
              CAST(GET_PATH(raw, 'event_id') AS VARCHAR) IS NULL
            )
          )
          OR (
            event_ts IS NULL AND NOT (
              CAST(GET_PATH(raw, 'event_ts') AS VARCHAR) IS NULL
            )
          )
          OR (
            order_id IS NULL AND NOT (
              CAST(GET_PATH(raw, 'order_id') AS VARCHAR) IS NULL
            )
          )
          OR (
            quantity IS NULL AND NOT (
              CAST(GET_PATH(raw, 'quantity') AS VARCHAR) IS NULL
            )
          )
          OR (
            total_amount IS NULL
            AND NOT (
              CAST(GET_PATH(raw, 'total_amount') AS VARCHAR) IS NULL
            )
          )
          OR (
            currency IS NULL AND NOT (
              CAST(GET_PATH(raw, 'currency') AS VARCHAR) IS NULL
            )
          )
          OR (
            points IS NULL AND NOT (
              CAST(GET_PATH(raw, 'points') AS VARCHAR) IS NULL
            )
          )
          OR (
            country IS NULL AND NOT (
              CAST(GET_PATH(raw, 'country') AS VARCHAR) IS NULL
            )
          )
          OR (
            device IS NULL AND NOT (
              CAST(GET_PATH(raw, 'device') AS VARCHAR) IS NULL
            )
          )
          THEN CONCAT(
            IFF(
              event_id IS NULL AND NOT (
                CAST(GET_PATH(raw, 'event_id') AS VARCHAR) IS NULL
              ),
              ';event_id',
              ''
            ),
            IFF(
              event_ts IS NULL AND NOT (
                CAST(GET_PATH(raw, 'event_ts') AS VARCHAR) IS NULL
              ),
              ';event_ts',
              ''
            ),
            IFF(
              order_id IS NULL AND NOT (
                CAST(GET_PATH(raw, 'order_id') AS VARCHAR) IS NULL
              ),
              ';order_id',
              ''
            ),
            IFF(
              quantity IS NULL AND NOT (
                CAST(GET_PATH(raw, 'quantity') AS VARCHAR) IS NULL
              ),
              ';quantity',
              ''
            ),
            IFF(
              total_amount IS NULL
              AND NOT (
                CAST(GET_PATH(raw, 'total_amount') AS VARCHAR) IS NULL
              ),
              ';total_amount',
              ''
            ),
            IFF(
              currency IS NULL AND NOT (
                CAST(GET_PATH(raw, 'currency') AS VARCHAR) IS NULL
              ),
              ';currency',
              ''
            ),
            IFF(
              points IS NULL AND NOT (
                CAST(GET_PATH(raw, 'points') AS VARCHAR) IS NULL
              ),
              ';points',
              ''
            ),
            IFF(
              country IS NULL AND NOT (
                CAST(GET_PATH(raw, 'country') AS VARCHAR) IS NULL
              ),
              ';country',
              ''
            ),
            IFF(
              device IS NULL AND NOT (
                CAST(GET_PATH(raw, 'device') AS VARCHAR) IS NULL
              ),
              ';device',
              ''
            ),
            ';'
          )
        END
      ) AS unfit_fields,
      (
        CASE
          WHEN (
            NOT quantity IS NULL
            AND (
              REGEXP_LIKE(quantity_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
              OR (
                REGEXP_LIKE(quantity_text, '.*[eE].*', 's')
                AND (
                  COALESCE(TRY_TO_NUMBER(TRIM(quantity_text, ' \t\n\r\x0b\f'), 38, 18) <> quantity, FALSE)
                  OR (
                    quantity = 0 AND REGEXP_LIKE(quantity_text, '[^1-9eE]*[1-9].*', 's')
                  )
                )
              )
            )
          )
          OR (
            NOT total_amount IS NULL
            AND (
              REGEXP_LIKE(total_amount_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
              OR (
                REGEXP_LIKE(total_amount_text, '.*[eE].*', 's')
                AND (
                  COALESCE(
                    TRY_TO_NUMBER(TRIM(total_amount_text, ' \t\n\r\x0b\f'), 38, 18) <> total_amount,
                    FALSE
                  )
                  OR (
                    total_amount = 0 AND REGEXP_LIKE(total_amount_text, '[^1-9eE]*[1-9].*', 's')
                  )
                )
              )
            )
          )
          THEN CONCAT(
            IFF(
              (
                NOT quantity IS NULL
                AND (
                  REGEXP_LIKE(quantity_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
                  OR (
                    REGEXP_LIKE(quantity_text, '.*[eE].*', 's')
                    AND (
                      COALESCE(TRY_TO_NUMBER(TRIM(quantity_text, ' \t\n\r\x0b\f'), 38, 18) <> quantity, FALSE)
                      OR (
                        quantity = 0 AND REGEXP_LIKE(quantity_text, '[^1-9eE]*[1-9].*', 's')
                      )
                    )
                  )
                )
              ),
              ';quantity',
              ''
            ),
            IFF(
              (
                NOT total_amount IS NULL
                AND (
                  REGEXP_LIKE(total_amount_text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
                  OR (
                    REGEXP_LIKE(total_amount_text, '.*[eE].*', 's')
                    AND (
                      COALESCE(
                        TRY_TO_NUMBER(TRIM(total_amount_text, ' \t\n\r\x0b\f'), 38, 18) <> total_amount,
                        FALSE
                      )
                      OR (
                        total_amount = 0 AND REGEXP_LIKE(total_amount_text, '[^1-9eE]*[1-9].*', 's')
                      )
                    )
                  )
                )
              ),
              ';total_amount',
              ''
            ),
            ';'
          )
        END
      ) AS rounded_fields
    FROM typed
  )
), tested AS (
  SELECT
    c.*,
    COALESCE(o.is_object, TRUE) AS is_object,
    o.source_row_number IS NULL OR NOT o.is_object AS has_items,
    NOT v.version_key IS NULL AS is_replaced,
    NOT r.event_id IS NULL AS is_duplicate,
    CASE
      WHEN c.quantity <> 0
      THEN SIGN(c.quantity)
      WHEN c.quantity = 0
      THEN CASE
        WHEN z.quantity = 0
        THEN z.quantity_sign
        WHEN NOT z.source_row_number IS NULL
        THEN 0
      END
    END AS quantity_sign,
    CASE
      WHEN c.total_amount <> 0
      THEN SIGN(c.total_amount)
      WHEN c.total_amount = 0
      THEN CASE
        WHEN z.total_amount = 0
        THEN z.total_amount_sign
        WHEN NOT z.source_row_number IS NULL
        THEN 0
      END
    END AS total_amount_sign
  FROM staging.stg_sales_clean AS c
  LEFT JOIN others AS o
    ON o.source_filename = c.source_filename
    AND o.source_row_number = c.source_row_number
    AND o.ingestion_ts = c.ingestion_ts
  LEFT JOIN repeated AS r
    ON r.event_id = c.event_id AND r.event_date = c.event_date
  LEFT JOIN versions AS v
    ON v.event_date = c.event_date
    AND v.source = c.source
    AND v.version_key = (
      CASE
        WHEN (
          SUBSTRING(c.source_filename, 15) LIKE 'shop/%' ESCAPE '!'
        )
        THEN c.order_id
        WHEN (
          NOT SUBSTRING(c.source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND SUBSTRING(c.source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
        )
        THEN c.event_id
        WHEN (
          NOT SUBSTRING(c.source_filename, 15) LIKE 'shop/%' ESCAPE '!'
          AND NOT SUBSTRING(c.source_filename, 15) LIKE 'pay_/100!%!_%' ESCAPE '!'
          AND TRUE
        )
        THEN c.event_id
      END
    )
    AND v.latest_version > COALESCE(c.source_version, -1)
  LEFT JOIN zeros AS z
    ON z.source_filename = c.source_filename
    AND z.source_row_number = c.source_row_number
    AND z.source_item_number = c.source_item_number
    AND z.ingestion_ts = c.ingestion_ts
  WHERE
    c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
)
SELECT
  event_date,
  COUNT(*) AS row_count,
  COUNT_IF(
    COALESCE((
      is_object AND has_items AND quantity_sign <= 0
    ), FALSE)
    AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE)
  ) AS quantity_positive,
  MIN(
    IFF(
      COALESCE((
        is_object AND has_items AND quantity_sign <= 0
      ), FALSE)
      AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE),
      CONCAT(
        CONCAT(
          source_filename,
          ' line ',
          CAST(source_row_number AS VARCHAR),
          IFF(source_item_number > 1, CONCAT(' item ', CAST(source_item_number AS VARCHAR)), '')
        ),
        ': ',
        COALESCE(CAST(quantity AS VARCHAR), '(none)')
      ),
      NULL
    )
  ) AS quantity_positive_sample,
  COUNT_IF(COALESCE((
    is_object AND has_items AND NOT currency IN ('EUR')
  ), FALSE)) AS currency_known,
  MIN(
    IFF(
      COALESCE((
        is_object AND has_items AND NOT currency IN ('EUR')
      ), FALSE),
      CONCAT(
        CONCAT(
          source_filename,
          ' line ',
          CAST(source_row_number AS VARCHAR),
          IFF(source_item_number > 1, CONCAT(' item ', CAST(source_item_number AS VARCHAR)), '')
        ),
        ': ',
        COALESCE(CAST(currency AS VARCHAR), '(none)')
      ),
      NULL
    )
  ) AS currency_known_sample,
  COUNT_IF(COALESCE((
    is_object AND has_items AND is_duplicate
  ), FALSE)) AS event_id_unique,
  MIN(
    IFF(
      COALESCE((
        is_object AND has_items AND is_duplicate
      ), FALSE),
      CONCAT(
        CONCAT(
          source_filename,
          ' line ',
          CAST(source_row_number AS VARCHAR),
          IFF(source_item_number > 1, CONCAT(' item ', CAST(source_item_number AS VARCHAR)), '')
        ),
        ': ',
        COALESCE(CAST(event_id AS VARCHAR), '(none)')
      ),
      NULL
    )
  ) AS event_id_unique_sample
FROM tested
GROUP BY
  event_date
ORDER BY
  event_date;
