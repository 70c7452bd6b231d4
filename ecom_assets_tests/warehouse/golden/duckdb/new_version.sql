INSERT INTO raw.schema_version (
  version,
  applied_at,
  project_version,
  declared,
  time_zone
)
SELECT
  2,
  CURRENT_TIMESTAMP AT TIME ZONE 'UTC',
  '0.1.0',
  'f9631d24e642',
  'UTC';
