-- Days whose sales are published and whose totals are not, or not whole: of a warehouse from before
-- the totals or before a breakdown was declared, or one whose totals somebody has deleted. On
-- request also days that staging found empty: to publish one is to write its totals, and nothing
-- else.
with lacking as (
    select
        q.event_date,
        q.publishable and q.clean_rows = 0 as is_empty
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
)

select event_date
from lacking
where (is_empty and :also_empty)
    or event_date in (
        select f.event_date
        from analytics.fact_sales as f
        where f.event_date in (select p.event_date from lacking as p)
    )
order by event_date;
