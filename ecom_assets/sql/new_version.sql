-- The tables are of this version from now on.
insert into raw.schema_version (version, applied_at, project_version, declared, time_zone)
select
    :version,
    sysdate(),
    :project_version,
    :declared,
    :time_zone;
