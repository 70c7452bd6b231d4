-- Compare staging with its copies, sale by sale, on the days that were staged in these. A sale that
-- goes to another day disappears from one and appears on the other.
insert into plan_changes (
    event_date,
    change,
    reason_before,
    reason_after,
    source_filename,
    source_row_number,
    source_item_number
)
with old_rows as (
    select
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        null as reason,
        hash(:compared_columns) as contents
    from staging.stg_sales_clean
    where event_date between :first_day and :last_day
        and event_date in (select days.event_date from (:days) as days)
    union all
    select
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        reason,
        hash(reasons) as contents
    from staging.stg_sales_rejects
    where event_date between :first_day and :last_day
        and event_date in (select days.event_date from (:days) as days)
),

new_rows as (
    select
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        null as reason,
        hash(:compared_columns) as contents
    from plan_stg_sales_clean
    where event_date between :first_day and :last_day
        and event_date in (select days.event_date from (:days) as days)
    union all
    select
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        reason,
        hash(reasons) as contents
    from plan_stg_sales_rejects
    where event_date between :first_day and :last_day
        and event_date in (select days.event_date from (:days) as days)
)

select
    coalesce(o.event_date, n.event_date) as event_date,
    case
        when o.event_date is null then 'appeared'
        when n.event_date is null then 'disappeared'
        when o.reason is null and n.reason is null then 'other_values'
        when o.reason is null then 'rejected'
        when n.reason is null then 'accepted'
        else 'other_reason'
    end as change,
    o.reason as reason_before,
    n.reason as reason_after,
    coalesce(o.source_filename, n.source_filename) as source_filename,
    coalesce(o.source_row_number, n.source_row_number) as source_row_number,
    coalesce(o.source_item_number, n.source_item_number) as source_item_number
from old_rows as o
full outer join new_rows as n
    on n.event_date = o.event_date
        and n.source_filename = o.source_filename
        and n.source_row_number = o.source_row_number
        and n.source_item_number = o.source_item_number
where o.event_date is null
    or n.event_date is null
    or o.reason is distinct from n.reason
    or o.contents <> n.contents;
