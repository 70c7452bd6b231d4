-- The columns of the project's tables and views as they are, with their types in Snowflake's words.
select
    upper(table_schema || '.' || table_name) as table_name,
    lower(column_name) as column_name,
    case
        when data_type = 'JSON' then 'VARIANT'
        when data_type = 'TIMESTAMP' then 'TIMESTAMP_NTZ'
        else replace(data_type, 'DECIMAL', 'NUMBER')
    end as data_type
from information_schema.columns
where table_catalog = current_database()
    and table_schema in ('raw', 'staging', 'analytics')
order by table_schema, table_name, ordinal_position;
