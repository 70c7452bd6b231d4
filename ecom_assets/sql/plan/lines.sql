-- One row per day, kind of change and reason: how many sales change sides, reason or values.
select
    event_date,
    change,
    reason_before,
    reason_after,
    count(*) as sale_rows
from plan_changes
group by event_date, change, reason_before, reason_after
order by event_date, change, reason_before, reason_after;
