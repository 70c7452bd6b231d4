-- The most days that an event could be late when one of these days was judged.
select coalesce(max(datediff(day, earliest_event_date, event_date)), 0) as late_days
from staging.sales_quality
where event_date between :first_day and :last_day;
