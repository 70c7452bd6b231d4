SELECT
  LOWER(table_schema) AS schema_name,
  LOWER(table_name) AS table_name,
  LOWER(column_name) AS column_name
FROM information_schema.columns
WHERE
  LOWER(table_schema) IN ('raw', 'staging', 'analytics')
ORDER BY
  schema_name,
  table_name,
  column_name;
