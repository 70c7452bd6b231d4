-- The reasons seen in the rejects table itself, per day, and how many of the rows were judged by
-- other rules than today's.
select
    event_date,
    reason,
    count(*) as reject_rows,
    count_if(rules_version <> :rules_version) as outdated_rows
from staging.stg_sales_rejects
where event_date between :first_day and :last_day
group by event_date, reason
order by event_date asc, reject_rows desc, reason asc;
