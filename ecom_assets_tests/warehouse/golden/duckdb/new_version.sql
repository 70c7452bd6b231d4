INSERT INTO raw.schema_version (
  version,
  applied_at,
  project_version,
  declared
)
SELECT
  2,
  CURRENT_TIMESTAMP AT TIME ZONE 'UTC',
  '0.1.0',
  '1e2ea23317ad';
