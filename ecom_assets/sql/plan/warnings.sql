-- One row per day and rule that warns, or would: how many clean sales break it, and would break it,
-- where that changes.
with old_rules as (
    select
        event_date,
        rule,
        broken_rows
    from staging.sales_quality_rules
    where event_date between :first_day and :last_day
        and severity = 'warn'
),

new_rules as (
    select
        event_date,
        rule,
        broken_rows
    from plan_sales_quality_rules
    where event_date between :first_day and :last_day
        and severity = 'warn'
)

select
    coalesce(old_rules.event_date, new_rules.event_date) as event_date,
    coalesce(old_rules.rule, new_rules.rule) as rule,
    coalesce(old_rules.broken_rows, 0) as sales_before,
    coalesce(new_rules.broken_rows, 0) as sales_after
from old_rules
full outer join new_rules
    on new_rules.event_date = old_rules.event_date
        and new_rules.rule = old_rules.rule
where coalesce(old_rules.broken_rows, 0) <> coalesce(new_rules.broken_rows, 0)
order by event_date, rule;
