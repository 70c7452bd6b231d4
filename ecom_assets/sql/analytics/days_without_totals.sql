-- Days whose sales are published and whose totals are not, or not whole: of a warehouse from before
-- the totals or before a breakdown was declared, or one whose totals somebody has deleted. On
-- request also days that staging found empty: to publish one is to write its totals, and nothing
-- else. With the staging that each was published from, as far as that is known: a day that is held
-- now was published from one before it.
with lacking as (
    select
        q.event_date,
        q.publishable and q.clean_rows = 0 as is_empty,
        iff(q.publishable, q.evaluated_at, dateadd(second, -1, q.evaluated_at)) as staged_at
    from staging.sales_quality as q
    where q.event_date not in (
            select d.event_date
            from analytics.fact_sales_days as d
            where d.orders is not null
                and d.units is not null
                and d.staged_at is not null
                and (
                    d.currency is null
                    or d.event_date in (
                        select b.event_date
                        from analytics.fact_sales_breakdowns as b
                        group by b.event_date
                        having count(distinct b.breakdown) = :breakdown_count
                    )
                )
        )
),

known as (
    select
        event_date,
        max(staged_at) as staged_at
    from analytics.fact_sales_days
    group by event_date
)

select
    lacking.event_date,
    coalesce(known.staged_at, lacking.staged_at) as staged_at
from lacking
left join known
    on known.event_date = lacking.event_date
where (lacking.is_empty and :also_empty)
    or lacking.event_date in (
        select f.event_date
        from analytics.fact_sales as f
        where f.event_date in (select l.event_date from lacking as l)
    )
order by lacking.event_date;
