-- Wait until no other transaction writes this layer, and keep others out until this one ends; but
-- only where the tables are those that the project knows, and their days of its time zone.
update :table_name
set taken_by = :taken_by,
    taken_at = :taken_at
where (select max(v.version) from raw.schema_version as v) = :version
    and (select coalesce(max(v.time_zone), 'UTC') from raw.schema_version as v) = :time_zone;
