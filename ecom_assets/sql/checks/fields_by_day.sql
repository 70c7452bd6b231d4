-- Per day and field of the event, how many lines have a value that fits, none, or another one.
select
    event_date,
    field,
    filled_rows,
    absent_rows,
    unfit_rows,
    rounded_rows,
    first_unfit
from staging.sales_quality_fields
where event_date between :first_day and :last_day
order by event_date, field;
