-- Count what the split has written, per day and per rule, from the tables themselves.
-- Runs in one transaction with split.sql. A day is publishable when every line of its files
-- is accounted for and its reject rate is not above the limit.
-- The days are those that were staged, to :last_day, and later ones of which rows have moved, to
-- :moved_last.
insert into staging.sales_quality (
    event_date,
    raw_rows,
    clean_rows,
    reject_rows,
    reject_rate,
    publishable,
    rules_version,
    run_id,
    evaluated_at
)
with lines as (
    select
        event_date,
        count(*) as raw_rows,
        :rules_version as rules_version
    from parsed_sales
    where event_date between :first_day and :last_day
    group by event_date
    union all
    -- a day of which rows have moved has the lines that it had, and the rules that judged it
    select
        event_date,
        raw_rows,
        rules_version
    from staging.sales_quality
    where event_date > :last_day
        and event_date <= :moved_last
),

clean as (
    select
        event_date,
        count(*) as clean_rows
    from staging.stg_sales_clean
    where event_date between :first_day and :moved_last
    group by event_date
),

rejects as (
    select
        event_date,
        count(*) as reject_rows
    from staging.stg_sales_rejects
    where event_date between :first_day and :moved_last
    group by event_date
),

rows_of_files as (
    select
        load_id,
        source_filename,
        count(*) as row_count
    from raw.raw_sales
    where batch_date between :first_day and :last_batch_day
    group by load_id, source_filename
),

-- files that could not be read, or whose rows in RAW are not as many as their lines
incomplete as (
    select distinct f.batch_date
    from raw.raw_sales_files as f
    left join rows_of_files as r
        on r.load_id = f.load_id
            and r.source_filename = f.source_filename
    where f.batch_date between :first_day and :last_batch_day
        and f.superseded_at is null
        and f.row_count is distinct from coalesce(r.row_count, 0)
),

waiting as (
    select distinct days.event_date
    from (:days) as days
    inner join incomplete
        on incomplete.batch_date between days.event_date
            and dateadd(day, :late_days, days.event_date)
),

counted as (
    select
        days.event_date,
        coalesce(lines.raw_rows, 0) as raw_rows,
        coalesce(lines.rules_version, :rules_version) as rules_version,
        coalesce(clean.clean_rows, 0) as clean_rows,
        coalesce(rejects.reject_rows, 0) as reject_rows,
        waiting.event_date is not null as has_incomplete_files
    from (:days) as days
    left join lines
        on lines.event_date = days.event_date
    left join clean
        on clean.event_date = days.event_date
    left join rejects
        on rejects.event_date = days.event_date
    left join waiting
        on waiting.event_date = days.event_date
)

select
    event_date,
    raw_rows,
    clean_rows,
    reject_rows,
    coalesce(round(cast(reject_rows as double) / nullif(raw_rows, 0), 6), 0) as reject_rate,
    not has_incomplete_files
    and raw_rows = clean_rows + reject_rows
    and reject_rows <= raw_rows * :reject_rate_error as publishable,
    rules_version,
    :run_id as run_id,
    :evaluated_at as evaluated_at
from counted;

delete from staging.sales_quality
where event_date between :first_day and :moved_last
    and event_date in (select days.event_date from (:days) as days)
    and evaluated_at <> :evaluated_at;

delete from staging.sales_quality_rules
where event_date between :first_day and :moved_last
    and event_date in (select days.event_date from (:days) as days);

insert into staging.sales_quality_rules (
    event_date,
    rule,
    reason,
    reject_rows,
    broken_rows,
    rules_version,
    run_id
)
with found as (
    select
        event_date,
        reason,
        reasons,
        count(*) as reject_rows
    from staging.stg_sales_rejects
    where event_date between :first_day and :moved_last
    group by event_date, reason, reasons
)

select
    days.event_date,
    rules.rule,
    rules.reason,
    coalesce(sum(iff(found.reason = rules.reason, found.reject_rows, 0)), 0) as reject_rows,
    coalesce(sum(found.reject_rows), 0) as broken_rows,
    max(q.rules_version) as rules_version,
    :run_id as run_id
from (:days) as days
cross join (:rules) as rules
inner join staging.sales_quality as q
    on q.event_date = days.event_date
left join found
    on found.event_date = days.event_date
        and contains(concat('; ', found.reasons, ';'), concat('; ', rules.reason, ';'))
group by days.event_date, rules.rule, rules.reason;
