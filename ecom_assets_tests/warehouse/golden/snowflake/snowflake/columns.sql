SELECT
  table_schema || '.' || table_name AS table_name,
  LOWER(column_name) AS column_name,
  CASE
    WHEN data_type = 'TEXT'
    THEN 'VARCHAR'
    WHEN data_type = 'NUMBER' AND numeric_precision = 38 AND numeric_scale = 0
    THEN 'BIGINT'
    WHEN data_type = 'NUMBER'
    THEN 'NUMBER(' || numeric_precision || ',' || numeric_scale || ')'
    ELSE data_type
  END AS data_type
FROM information_schema.columns
WHERE
  table_schema IN ('RAW', 'STAGING', 'ANALYTICS')
ORDER BY
  table_schema,
  table_name,
  ordinal_position;
