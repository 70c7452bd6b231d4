-- One row per sale that belongs to these days, its fields typed (typed_lines.sql), and one per line
-- that is no sale.
insert into parsed_sales (:parsed_columns)
with typed as (:typed_lines),

placed as (
    select
        typed.*,
        case
            when
                typed.is_object
                and :local_event_date between coalesce(
                    judged.earliest_event_date,
                    greatest(dateadd(day, -:late_days, typed.batch_date), :first_partition)
                ) and typed.batch_date
                then :local_event_date
            else typed.batch_date
        end as event_date,
        -- see allow.sql, take_out.sql and correct.sql
        null as allowed_rules,
        false as is_set_aside
    from typed
    -- to which days a file's events may belong was decided when its own day was judged
    left join staging.sales_quality as judged
        on judged.event_date = typed.batch_date
            and typed.batch_date not between :own_first_day and :own_last_day
)

select placed.:parsed_columns
from placed
where placed.event_date in (:event_dates);
