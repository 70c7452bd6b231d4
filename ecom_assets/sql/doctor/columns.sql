-- The columns of all tables and views that this session may see.
select
    lower(table_schema) as schema_name,
    lower(table_name) as table_name,
    lower(column_name) as column_name
from information_schema.columns
where lower(table_schema) in ('raw', 'staging', 'analytics')
order by schema_name, table_name, column_name;
