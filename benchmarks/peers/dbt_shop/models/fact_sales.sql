{{ config(schema="analytics") }}

select *
from {{ ref("stg_sales_clean") }}
where event_date = '{{ var("day") }}'
