-- Published days of which staging has changed since: rows have moved with the days before them, or
-- they were staged and not yet published.
select distinct q.event_date
from staging.sales_quality as q
inner join analytics.fact_sales_days as f
    on f.event_date = q.event_date
where q.event_date between :first_day and :last_day
    and f.event_date between :first_day and :last_day
    and f.staged_at is distinct from q.evaluated_at
order by q.event_date;
