-- Days before these that were staged along with one of them for its late events, and not published
-- as they were staged.
select q.event_date
from staging.sales_quality as q
left join analytics.fact_sales_days as f
    on f.event_date = q.event_date
        and f.staged_at = q.evaluated_at
where q.event_date between :first_day and :last_day
    and q.staged_along_with between :first_own_day and :last_own_day
    and f.event_date is null
order by q.event_date;
