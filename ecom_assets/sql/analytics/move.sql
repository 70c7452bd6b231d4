-- Rows of days that stay published as they are change sides: out of FACT_SALES because their event
-- now stands on an earlier day, or back because it no longer does. Those that stay repeats get the
-- new place of the earlier event.
insert into moving_sales (:repeat_columns, was_repeat, is_repeat)
with published as (
    select
        :event_columns,
        false as was_repeat
    from analytics.fact_sales
    where event_date between :first_day and :last_day
    union all
    select
        :event_columns,
        true as was_repeat
    from staging.stg_sales_repeats
    where event_date between :first_day and :last_day
)

select
    published.:event_columns,
    p.earlier_event_date,
    p.earlier_filename,
    p.earlier_row_number,
    p.earlier_item_number,
    published.was_repeat,
    p.is_repeat
from published
inner join placed_events as p
    on p.event_date = published.event_date
        and p.source_filename = published.source_filename
        and p.source_row_number = published.source_row_number
        and p.source_item_number = published.source_item_number
where not p.is_new;

delete from analytics.fact_sales
where event_date between :first_day and :last_day
    and (event_date, source_filename, source_row_number, source_item_number) in (
        select
            m.event_date,
            m.source_filename,
            m.source_row_number,
            m.source_item_number
        from moving_sales as m
    );

delete from staging.stg_sales_repeats
where event_date between :first_day and :last_day
    and (event_date, source_filename, source_row_number, source_item_number) in (
        select
            m.event_date,
            m.source_filename,
            m.source_row_number,
            m.source_item_number
        from moving_sales as m
    );

insert into analytics.fact_sales (:event_columns)
select :event_columns
from moving_sales
where not is_repeat;

insert into staging.stg_sales_repeats (:repeat_columns)
select :repeat_columns
from moving_sales
where is_repeat;
