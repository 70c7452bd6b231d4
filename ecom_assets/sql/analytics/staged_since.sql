-- Days that were staged since they were published, or never published.
select q.event_date
from staging.sales_quality as q
left join analytics.fact_sales_days as f
    on f.event_date = q.event_date
        and f.staged_at = q.evaluated_at
where q.event_date between :first_day and :last_day
    and f.event_date is null
order by q.event_date;
