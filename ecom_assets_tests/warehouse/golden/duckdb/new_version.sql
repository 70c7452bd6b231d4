INSERT INTO raw.schema_version (
  version,
  applied_at,
  project_version,
  declared
)
SELECT
  1,
  CURRENT_TIMESTAMP AT TIME ZONE 'UTC',
  '0.1.0',
  '7886c8badc8d';
