SELECT
  UPPER(table_schema || '.' || table_name) AS table_name,
  LOWER(column_name) AS column_name,
  CASE
    WHEN data_type = 'JSON'
    THEN 'VARIANT'
    WHEN data_type = 'TIMESTAMP'
    THEN 'TIMESTAMP_NTZ'
    ELSE REPLACE(data_type, 'DECIMAL', 'NUMBER')
  END AS data_type
FROM information_schema.columns
WHERE
  table_catalog = CURRENT_DATABASE()
  AND table_schema IN ('raw', 'staging', 'analytics')
ORDER BY
  table_schema,
  table_name,
  ordinal_position;
