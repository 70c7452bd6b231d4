-- Write down what this publication has changed, per day, currency and cause. Each row that left,
-- came, or has another figure has one cause, so that the causes add up to the difference of the
-- totals. What a file held when a day was staged is what the ledger says of that moment: not when
-- it is published, for another version may have been loaded since.
-- Runs last in the transaction of publish.sql, for the orders are those of the new totals.
insert into analytics.fact_sales_changes (:change_columns)
with files as (
    select
        changed.event_date,
        changed.source_filename,
        min(f.batch_date) as batch_date,
        count_if(
            f.loaded_at <= b.staged_at and coalesce(f.superseded_at > b.staged_at, true)
        ) > 0 as was_there,
        max(
            iff(
                f.loaded_at <= p.staged_at and coalesce(f.superseded_at > p.staged_at, true),
                f.loaded_at,
                null
            )
        ) as version_now
    from (
        select distinct
            event_date,
            source_filename
        from changed_sales
    ) as changed
    inner join days_before as b
        on b.event_date = changed.event_date
    inner join published_days as p
        on p.event_date = changed.event_date
    inner join raw.raw_sales_files as f
        on f.source_filename = changed.source_filename
    group by changed.event_date, changed.source_filename
),

corrected_days as (
    select distinct batch_date
    from raw.raw_sales_files
    where contains(source_filename, '.corrections.')
),

ids_that_left as (
    select distinct
        event_date,
        event_id
    from changed_sales
    where was_there
        and not is_there
),

explained as (
    select
        c.*,
        case
            -- its place holds a sale before and after
            when c.was_there and c.is_there
                then iff(c.version_after = c.version_before, 'rules or mapping', 'file rewritten')
            when c.version_after = c.version_before then 'repeats'
            -- it left
            when c.was_there and f.version_now is null then 'file gone'
            when c.was_there and f.version_now <> c.version_before then 'file rewritten'
            when c.was_there and coalesce(r.reason in (:day_reasons), false) then 'repeats'
            when c.was_there and coalesce(b.rules_version <> p.rules_version, true)
                then 'rules or mapping'
            when c.was_there and b.decisions is distinct from p.decisions then 'decision'
            when c.was_there and r.reason is null and k.batch_date is not null then 'corrected'
            when c.was_there then 'rules or mapping'
            -- it came, in a version of its file that was not there before
            when c.version_after > b.staged_at
                then iff(f.was_there, 'file rewritten', 'new or late lines')
            -- it came, in one that was
            when coalesce(b.rules_version <> p.rules_version, true) then 'rules or mapping'
            when b.decisions is distinct from p.decisions then 'decision'
            when f.batch_date <> c.event_date and i.event_id is null then 'new or late lines'
            else 'repeats'
        end as cause
    from changed_sales as c
    inner join days_before as b
        on b.event_date = c.event_date
    inner join published_days as p
        on p.event_date = c.event_date
    left join files as f
        on f.event_date = c.event_date
            and f.source_filename = c.source_filename
    left join corrected_days as k
        on k.batch_date = f.batch_date
    left join staging.stg_sales_rejects as r
        on c.was_there
            and not c.is_there
            and r.event_date between :first_day and :last_day
            and r.event_date = c.event_date
            and r.source_filename = c.source_filename
            and r.source_row_number = c.source_row_number
            and r.source_item_number = c.source_item_number
    left join ids_that_left as i
        on c.is_there
            and i.event_date = c.event_date
            and i.event_id = c.event_id
),

sides as (
    select
        event_date,
        currency_before as currency,
        cause,
        1 as sales_before,
        0 as sales_after,
        units_before,
        0 as units_after,
        revenue_before,
        0 as revenue_after
    from explained
    where was_there
    union all
    select
        event_date,
        currency_after as currency,
        cause,
        0 as sales_before,
        1 as sales_after,
        0 as units_before,
        units_after,
        0 as revenue_before,
        revenue_after
    from explained
    where is_there
    union all
    -- of days that stay published as they are
    select
        event_date,
        currency,
        'repeats' as cause,
        iff(is_repeat, 1, 0) as sales_before,
        iff(is_repeat, 0, 1) as sales_after,
        iff(is_repeat, quantity, 0) as units_before,
        iff(is_repeat, 0, quantity) as units_after,
        iff(is_repeat, total_amount, 0) as revenue_before,
        iff(is_repeat, 0, total_amount) as revenue_after
    from moving_sales
    where was_repeat <> is_repeat
    union all
    select
        event_date,
        currency,
        'first published' as cause,
        0 as sales_before,
        sales as sales_after,
        0 as units_before,
        units as units_after,
        0 as revenue_before,
        revenue as revenue_after
    from analytics.fact_sales_days
    where event_date between :first_day and :last_day
        and event_date in (select days.event_date from (:days) as days)
        and event_date not in (select b.event_date from days_before as b)
),

summed as (
    select
        event_date,
        currency,
        cause,
        sum(sales_before) as sales_before,
        sum(sales_after) as sales_after,
        sum(units_before) as units_before,
        sum(units_after) as units_after,
        sum(revenue_before) as revenue_before,
        sum(revenue_after) as revenue_after
    from sides
    group by event_date, currency, cause
)

select
    :published_at as published_at,
    :run_id as run_id,
    s.event_date,
    s.currency,
    s.cause,
    b.rules_version as rules_version_before,
    p.rules_version as rules_version_after,
    coalesce(d.orders, 0) as orders,
    s.sales_before,
    s.sales_after,
    s.units_before,
    s.units_after,
    s.revenue_before,
    s.revenue_after
from summed as s
inner join published_days as p
    on p.event_date = s.event_date
left join days_before as b
    on b.event_date = s.event_date
left join analytics.fact_sales_days as d
    on d.event_date = s.event_date
        and d.currency is not distinct from s.currency;
