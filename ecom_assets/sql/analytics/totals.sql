-- The totals of these days anew (published_days.sql says of which).
insert into analytics.fact_sales_days (
    event_date,
    currency,
    orders,
    sales,
    units,
    revenue,
    staged_at,
    files,
    lines,
    rules_version,
    decisions
)
with totals as (
    select
        event_date,
        currency,
        count(distinct order_id) as orders,
        count(*) as sales,
        sum(quantity) as units,
        sum(total_amount) as revenue
    from analytics.fact_sales
    where event_date between :first_day and :last_day
        and event_date in (select p.event_date from published_days as p)
    group by event_date, currency
    union all
    select
        p.event_date,
        null as currency,
        0 as orders,
        0 as sales,
        0 as units,
        0 as revenue
    from published_days as p
    where p.event_date not in (
            select f.event_date
            from analytics.fact_sales as f
            where f.event_date between :first_day and :last_day
        )
)

select
    totals.event_date,
    totals.currency,
    totals.orders,
    totals.sales,
    totals.units,
    totals.revenue,
    p.staged_at,
    p.files,
    p.lines,
    p.rules_version,
    p.decisions
from totals
inner join published_days as p
    on p.event_date = totals.event_date;

insert into analytics.fact_sales_breakdowns (
    event_date,
    currency,
    breakdown,
    :breakdown_columns,
    sales,
    units,
    revenue
)
select
    event_date,
    currency,
    :breakdown as breakdown,
    :breakdown_columns,
    count(*) as sales,
    sum(quantity) as units,
    sum(total_amount) as revenue
from analytics.fact_sales
where event_date between :first_day and :last_day
    and event_date in (select p.event_date from published_days as p)
group by grouping sets (:breakdown_sets);
