-- The tables are of this version from now on. Their time zone stays: that of days is not changed by
-- another setting.
insert into raw.schema_version (version, applied_at, project_version, declared, time_zone)
select
    :version,
    sysdate(),
    :project_version,
    :declared,
    iff(count(*) = 0, :time_zone, coalesce(max(time_zone), 'UTC')) as time_zone
from raw.schema_version;
