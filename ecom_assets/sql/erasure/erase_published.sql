-- Take the sales of customers who were forgotten out of FACT_SALES and its repeats, and write down
-- what that changes. Of the days it stays known which staging was published. Runs in a transaction
-- with clear_totals.sql and totals.sql after it.
insert into published_days (event_date, staged_at, files, lines, rules_version, decisions)
select
    event_date,
    max(staged_at) as staged_at,
    max(files) as files,
    max(lines) as lines,
    max(rules_version) as rules_version,
    max(decisions) as decisions
from analytics.fact_sales_days
where event_date in (
        select f.event_date
        from analytics.fact_sales as f
        where :hash_of_customer in (:erased_customers)
    )
group by event_date;

insert into analytics.fact_sales_changes (:change_columns)
with sold as (
    select
        f.event_date,
        f.currency,
        f.order_id,
        f.quantity,
        f.total_amount,
        coalesce(:hash_of_customer in (:erased_customers), false) as is_erased
    from analytics.fact_sales as f
    where f.event_date in (select p.event_date from published_days as p)
)

select
    :published_at as published_at,
    :run_id as run_id,
    s.event_date,
    s.currency,
    'erased' as cause,
    max(p.rules_version) as rules_version_before,
    max(p.rules_version) as rules_version_after,
    count(distinct iff(s.is_erased, null, s.order_id)) as orders,
    count_if(s.is_erased) as sales_before,
    0 as sales_after,
    sum(iff(s.is_erased, s.quantity, 0)) as units_before,
    0 as units_after,
    sum(iff(s.is_erased, s.total_amount, 0)) as revenue_before,
    0 as revenue_after
from sold as s
inner join published_days as p
    on p.event_date = s.event_date
group by s.event_date, s.currency
having count_if(s.is_erased) > 0;

delete from analytics.fact_sales
where :hash_of_customer in (:erased_customers);

delete from staging.stg_sales_repeats
where :hash_of_customer in (:erased_customers);
