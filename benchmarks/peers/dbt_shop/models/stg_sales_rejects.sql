{{ config(schema="staging") }}

select
    string_split(judged.reasons, '; ')[1] as reason,
    judged.reasons,
    sales.raw,
    sales.raw_text,
    judged.event_date,
    judged.source_row_number
from {{ ref("stg_sales_judged") }} as judged
inner join {{ ref("raw_sales") }} as sales
    on judged.source_row_number = sales.source_row_number and judged.event_date = sales.event_date
where judged.event_date = '{{ var("day") }}' and judged.reasons <> ''
