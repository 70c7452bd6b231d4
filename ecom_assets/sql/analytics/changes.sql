-- The sales that publishing these days takes away from FACT_SALES, brings, or gives another figure,
-- as they were and as they are to be: one join of what is published with what is to be. Of a day
-- that was never published nothing is written. Runs between repeats.sql and publish.sql; why each
-- has changed is found out in record_changes.sql.
insert into days_before (event_date, staged_at, rules_version, decisions)
select
    c.event_date,
    coalesce(max(f.staged_at), max(c.published_at)) as staged_at,
    max(f.rules_version) as rules_version,
    max(f.decisions) as decisions
from analytics.fact_sales_changes as c
left join analytics.fact_sales_days as f
    on f.event_date = c.event_date
where c.event_date between :first_day and :last_day
group by c.event_date;

insert into changed_sales (
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    event_id,
    was_there,
    is_there,
    version_before,
    version_after,
    currency_before,
    currency_after,
    units_before,
    units_after,
    revenue_before,
    revenue_after
)
with republished as (
    select days.event_date
    from (:days) as days
    where days.event_date in (select b.event_date from days_before as b)
),

old_rows as (
    select
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        event_id,
        order_id,
        currency,
        quantity,
        total_amount,
        ingestion_ts,
        true as is_in_fact
    from analytics.fact_sales
    where event_date between :first_day and :last_day
        and event_date in (select r.event_date from republished as r)
    union all
    select
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        event_id,
        order_id,
        currency,
        quantity,
        total_amount,
        ingestion_ts,
        false as is_in_fact
    from staging.stg_sales_repeats
    where event_date between :first_day and :last_day
        and event_date in (select r.event_date from republished as r)
),

new_rows as (
    select
        c.event_date,
        c.source_filename,
        c.source_row_number,
        c.source_item_number,
        c.event_id,
        c.order_id,
        c.currency,
        c.quantity,
        c.total_amount,
        c.ingestion_ts,
        p.source_row_number is null as is_in_fact
    from staging.stg_sales_clean as c
    left join placed_events as p
        on p.event_date = c.event_date
            and p.source_filename = c.source_filename
            and p.source_row_number = c.source_row_number
            and p.source_item_number = c.source_item_number
            and p.is_new
    where c.event_date between :first_day and :last_day
        and c.event_date in (select r.event_date from republished as r)
)

select
    coalesce(n.event_date, o.event_date) as event_date,
    coalesce(n.source_filename, o.source_filename) as source_filename,
    coalesce(n.source_row_number, o.source_row_number) as source_row_number,
    coalesce(n.source_item_number, o.source_item_number) as source_item_number,
    coalesce(n.event_id, o.event_id) as event_id,
    coalesce(o.is_in_fact, false) as was_there,
    coalesce(n.is_in_fact, false) as is_there,
    o.ingestion_ts as version_before,
    n.ingestion_ts as version_after,
    o.currency as currency_before,
    n.currency as currency_after,
    o.quantity as units_before,
    n.quantity as units_after,
    o.total_amount as revenue_before,
    n.total_amount as revenue_after
from old_rows as o
full outer join new_rows as n
    on n.event_date = o.event_date
        and n.source_filename = o.source_filename
        and n.source_row_number = o.source_row_number
        and n.source_item_number = o.source_item_number
where coalesce(o.is_in_fact, false) <> coalesce(n.is_in_fact, false)
    or (
        o.is_in_fact
        and n.is_in_fact
        and (
            o.total_amount <> n.total_amount
            or o.quantity <> n.quantity
            or o.currency is distinct from n.currency
            or o.order_id is distinct from n.order_id
        )
    );
