-- Rows of days that stay published as they are change sides: out of FACT_SALES because their event
-- now stands on an earlier day, or back because it no longer does. Those that stay repeats get the
-- new place of the earlier event.
insert into moving_sales (:event_columns)
select f.:event_columns
from analytics.fact_sales as f
inner join placed_events as p
    on p.event_date = f.event_date
        and p.source_filename = f.source_filename
        and p.source_row_number = f.source_row_number
where f.event_date between :first_day and :last_day
    and not p.is_new
union all
select r.:event_columns
from staging.stg_sales_repeats as r
inner join placed_events as p
    on p.event_date = r.event_date
        and p.source_filename = r.source_filename
        and p.source_row_number = r.source_row_number
where r.event_date between :first_day and :last_day
    and not p.is_new;

delete from analytics.fact_sales
where event_date between :first_day and :last_day
    and (event_date, source_filename, source_row_number) in (
        select
            m.event_date,
            m.source_filename,
            m.source_row_number
        from moving_sales as m
    );

delete from staging.stg_sales_repeats
where event_date between :first_day and :last_day
    and (event_date, source_filename, source_row_number) in (
        select
            m.event_date,
            m.source_filename,
            m.source_row_number
        from moving_sales as m
    );

insert into analytics.fact_sales (:event_columns)
select m.:event_columns
from moving_sales as m
inner join placed_events as p
    on p.event_date = m.event_date
        and p.source_filename = m.source_filename
        and p.source_row_number = m.source_row_number
where not p.is_new
    and not p.is_repeat;

insert into staging.stg_sales_repeats (
    :event_columns,
    earlier_event_date,
    earlier_filename,
    earlier_row_number
)
select
    m.:event_columns,
    p.earlier_event_date,
    p.earlier_filename,
    p.earlier_row_number
from moving_sales as m
inner join placed_events as p
    on p.event_date = m.event_date
        and p.source_filename = m.source_filename
        and p.source_row_number = m.source_row_number
where not p.is_new
    and p.is_repeat;
