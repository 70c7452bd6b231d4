INSERT INTO raw.schema_version (
  version,
  applied_at,
  project_version,
  declared,
  time_zone
)
SELECT
  2,
  SYSDATE(),
  '0.1.0',
  '15b2c0ec07a8',
  'UTC';
