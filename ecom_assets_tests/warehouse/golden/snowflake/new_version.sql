INSERT INTO raw.schema_version (
  version,
  applied_at,
  project_version,
  declared,
  time_zone
)
SELECT
  1,
  SYSDATE(),
  '0.1.0',
  '08270e1b804e',
  'UTC';
