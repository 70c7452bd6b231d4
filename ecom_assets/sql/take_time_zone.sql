-- An empty warehouse takes the shop's time zone.
update raw.schema_version
set time_zone = :time_zone;
