-- The columns of the tables and views that the role may see, with their types in the words of
-- CREATE TABLE: a BIGINT is a NUMBER(38,0) to Snowflake.
select
    table_schema || '.' || table_name as table_name,
    lower(column_name) as column_name,
    case
        when data_type = 'TEXT' then 'VARCHAR'
        when data_type = 'NUMBER' and numeric_precision = 38 and numeric_scale = 0 then 'BIGINT'
        when data_type = 'NUMBER' then 'NUMBER(' || numeric_precision || ',' || numeric_scale || ')'
        else data_type
    end as data_type
from information_schema.columns
where table_schema in ('RAW', 'STAGING', 'ANALYTICS')
order by table_schema, table_name, ordinal_position;
