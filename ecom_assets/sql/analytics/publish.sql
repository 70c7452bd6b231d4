-- Publish of the days that passed their audit what clean staging holds: an event that repeats one
-- of the days before goes to STG_SALES_REPEATS, every other one to FACT_SALES. Held days keep what
-- they had. Runs in one transaction with repeats.sql and clear_days.sql before it, and move.sql and
-- totals.sql after it.
insert into analytics.fact_sales (:event_columns)
with placed as (
    select
        c.*,
        p.source_row_number is not null as is_repeat
    from staging.stg_sales_clean as c
    left join placed_events as p
        on p.event_date = c.event_date
            and p.source_filename = c.source_filename
            and p.source_row_number = c.source_row_number
            and p.source_item_number = c.source_item_number
            and p.is_new
    where c.event_date between :first_day and :last_day
        and c.event_date in (select days.event_date from (:days) as days)
)

select :event_columns
from placed
where not is_repeat
order by event_date;

insert into staging.stg_sales_repeats (:repeat_columns)
select
    c.:event_columns,
    p.earlier_event_date,
    p.earlier_filename,
    p.earlier_row_number,
    p.earlier_item_number
from staging.stg_sales_clean as c
inner join placed_events as p
    on p.event_date = c.event_date
        and p.source_filename = c.source_filename
        and p.source_row_number = c.source_row_number
        and p.source_item_number = c.source_item_number
where c.event_date between :first_day and :last_day
    and p.is_new
order by c.event_date;
