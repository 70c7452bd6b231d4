-- The days that have something of customers who were forgotten in STAGING or ANALYTICS, and whether
-- what is published of each is what staging has of it, by today's rules: then it may be published
-- again without that anything else changes. A day that was staged along for its late events goes by
-- the day that it was staged along with.
with theirs as (
    select event_date
    from analytics.fact_sales
    where :hash_of_customer in (:erased_customers)
    union all
    select event_date
    from staging.stg_sales_repeats
    where :hash_of_customer in (:erased_customers)
    union all
    select event_date
    from staging.stg_sales_clean
    where :hash_of_customer in (:erased_customers)
    union all
    select j.event_date
    from staging.stg_sales_rejects as j
    inner join raw.raw_sales as r
        on r.source_filename = j.source_filename
            and r.source_row_number = j.source_row_number
            and r.ingestion_ts = j.ingestion_ts
            and r.raw is null
            and r.raw_text is null
),

published as (
    select
        event_date,
        max(staged_at) as staged_at
    from analytics.fact_sales_days
    group by event_date
)

select
    t.event_date,
    coalesce(q.staged_along_with, t.event_date) as staged_with,
    coalesce(
        q.publishable and q.evaluated_at = p.staged_at and q.rules_version = :rules_version, false
    ) as is_as_published
from (select distinct event_date from theirs) as t
left join staging.sales_quality as q
    on q.event_date = t.event_date
left join published as p
    on p.event_date = t.event_date
order by t.event_date;
