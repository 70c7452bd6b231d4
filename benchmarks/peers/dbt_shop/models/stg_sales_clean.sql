{{ config(schema="staging") }}

select * exclude (reasons)
from {{ ref("stg_sales_judged") }}
where event_date = '{{ var("day") }}' and reasons = ''
