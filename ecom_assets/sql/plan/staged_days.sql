-- The first and the last day, from the first partition on, that staging has judged.
select
    min(event_date) as first_day,
    max(event_date) as last_day
from staging.sales_quality
where event_date between :first_day and :last_day;
