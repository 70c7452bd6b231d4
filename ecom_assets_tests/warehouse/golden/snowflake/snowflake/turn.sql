UPDATE raw.raw_sales SET taken_by = 'it\'s', taken_at = CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP_NTZ)
WHERE
  (
    SELECT
      MAX(v.version)
    FROM raw.schema_version AS v
  ) = 3
  AND (
    SELECT
      COALESCE(MAX(v.time_zone), 'UTC')
    FROM raw.schema_version AS v
  ) = 'UTC';
