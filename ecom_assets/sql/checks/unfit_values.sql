-- Of each day and field with values that do not fit, one of them.
with lines as (:current_lines),

places as (
    select
        event_date,
        field,
        regexp_replace(first_unfit, ' item [0-9]+$', '') as line_text,
        coalesce(try_cast(split_part(first_unfit, ' item ', -1) as bigint), 1)
            as source_item_number
    from staging.sales_quality_fields
    where event_date between :first_day and :last_day
        and first_unfit is not null
),

found as (
    select
        places.*,
        lines.raw,
        lines.source_filename
    from places
    inner join lines
        on lines.source_filename || ' line ' || cast(lines.source_row_number as varchar)
        = places.line_text
)

select
    event_date,
    field,
    substr(max(:value_of_field), 1, :max_length) as unfit_value
from found
group by event_date, field
order by event_date, field;
