-- What staging knows of these days.
select :quality_columns
from staging.sales_quality
where event_date between :first_day and :last_day
order by event_date;
