-- Each publication leaves what it changed in FACT_SALES_CHANGES. What was published before is there
-- as one change, so that sums of changes are the figures. Run again, it changes nothing.
update analytics.fact_sales_days
set rules_version = (
    select max(q.rules_version)
    from staging.sales_quality as q
    where q.event_date = fact_sales_days.event_date
        and q.evaluated_at = fact_sales_days.staged_at
)
where rules_version is null;

insert into analytics.fact_sales_changes (
    published_at,
    event_date,
    currency,
    cause,
    rules_version_after,
    orders,
    sales_before,
    sales_after,
    units_before,
    units_after,
    revenue_before,
    revenue_after
)
select
    sysdate() as published_at,
    event_date,
    currency,
    'before records began' as cause,
    rules_version as rules_version_after,
    orders,
    0 as sales_before,
    sales as sales_after,
    0 as units_before,
    units as units_after,
    0 as revenue_before,
    revenue as revenue_after
from analytics.fact_sales_days
where event_date not in (select c.event_date from analytics.fact_sales_changes as c);
