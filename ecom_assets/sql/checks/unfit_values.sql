-- Of each day and field with values that do not fit, one of them.
with lines as (:lines)

select
    q.event_date,
    q.field,
    substr(max(:value_of_field), 1, :max_length) as unfit_value
from staging.sales_quality_fields as q
inner join lines
    on lines.source_filename || ' line ' || cast(lines.source_row_number as varchar)
    = q.first_unfit
where q.event_date between :first_day and :last_day
group by q.event_date, q.field
order by q.event_date, q.field;
