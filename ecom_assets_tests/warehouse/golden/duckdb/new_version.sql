INSERT INTO raw.schema_version (
  version,
  applied_at,
  project_version,
  declared,
  time_zone
)
SELECT
  3,
  CURRENT_TIMESTAMP AT TIME ZONE 'UTC',
  '0.1.0',
  'a944d507fe50',
  'UTC';
