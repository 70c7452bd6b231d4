-- The first sales of each kind of change and reason, with the value that a reject was, or would be,
-- rejected for.
with sampled as (
    select *
    from plan_changes
    qualify row_number() over (
        partition by change, reason_before, reason_after
        order by event_date, source_filename, source_row_number, source_item_number
    ) <= :per_change
),

old_rejects as (
    select
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        substr(:offending_value, 1, :max_length) as offending_value
    from staging.stg_sales_rejects
    where event_date between :first_day and :last_day
        and (event_date, source_filename, source_row_number, source_item_number) in (
            select
                s.event_date,
                s.source_filename,
                s.source_row_number,
                s.source_item_number
            from sampled as s
        )
),

new_rejects as (
    select
        event_date,
        source_filename,
        source_row_number,
        source_item_number,
        substr(:offending_value, 1, :max_length) as offending_value
    from plan_stg_sales_rejects
    where event_date between :first_day and :last_day
        and (event_date, source_filename, source_row_number, source_item_number) in (
            select
                s.event_date,
                s.source_filename,
                s.source_row_number,
                s.source_item_number
            from sampled as s
        )
)

select
    sampled.event_date,
    sampled.change,
    sampled.reason_before,
    sampled.reason_after,
    sampled.source_filename,
    sampled.source_row_number,
    sampled.source_item_number,
    o.offending_value as value_before,
    n.offending_value as value_after
from sampled
left join old_rejects as o
    on o.event_date = sampled.event_date
        and o.source_filename = sampled.source_filename
        and o.source_row_number = sampled.source_row_number
        and o.source_item_number = sampled.source_item_number
left join new_rejects as n
    on n.event_date = sampled.event_date
        and n.source_filename = sampled.source_filename
        and n.source_row_number = sampled.source_row_number
        and n.source_item_number = sampled.source_item_number
order by
    sampled.change,
    sampled.reason_before,
    sampled.reason_after,
    sampled.event_date,
    sampled.source_filename,
    sampled.source_row_number,
    sampled.source_item_number;
