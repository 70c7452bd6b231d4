-- The events of the first sales that are clean before and after with other values, as they are and
-- as they would be.
with sampled as (
    select *
    from plan_changes
    where change = 'other_values'
    qualify row_number() over (
        partition by change
        order by event_date, source_filename, source_row_number, source_item_number
    ) <= :per_change
),

events as (
    select
        :event_columns,
        false as is_after
    from staging.stg_sales_clean
    where event_date between :first_day and :last_day
    union all
    select
        :event_columns,
        true as is_after
    from plan_stg_sales_clean
    where event_date between :first_day and :last_day
)

select events.*
from events
inner join sampled as s
    on s.event_date = events.event_date
        and s.source_filename = events.source_filename
        and s.source_row_number = events.source_row_number
        and s.source_item_number = events.source_item_number
order by events.is_after;
